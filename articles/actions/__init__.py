"""Verbs of knowledge. Each is one transaction that locks the article, changes it, writes its
event and its index. Everybody imports them from here."""

from articles.actions.calendar import review, set_calendar, tell_due_reviews
from articles.actions.checks import (
    STATES,
    checked_facets,
    checked_language,
    checked_tags,
    checked_words,
    next_number,
    still_itself,
)
from articles.actions.feedback import (
    rate,
    reject_feedback,
    resolve_feedback,
    take_feedback,
)
from articles.actions.files import attach, claim, detach, used_outside
from articles.actions.outside import (
    may_submit,
    require_author,
    submissions,
    submit_draft,
    submit_edit,
)
from articles.actions.reading import count_reuse, record_link, role_of, view
from articles.actions.remarks import flag, hand, reject, resolve, take
from articles.actions.routing import route
from articles.actions.scheduling import cancel_schedule, run_next_schedule, schedule
from articles.actions.standards import publish_standard
from articles.actions.stating import before_archive, describe, restate, unarchive
from articles.actions.suggesting import accept, decline, proposal, suggest
from articles.actions.templates import copy_template, make_default, save_template, settle
from articles.actions.translating import (
    confirm_translation,
    make_master,
    remove_translation,
    translate,
)
from articles.actions.writing import SAME_VERSION, create, improve, restore, seal

__all__ = [
    "SAME_VERSION",
    "STATES",
    "accept",
    "attach",
    "before_archive",
    "cancel_schedule",
    "checked_facets",
    "checked_language",
    "checked_tags",
    "checked_words",
    "claim",
    "confirm_translation",
    "copy_template",
    "count_reuse",
    "create",
    "decline",
    "describe",
    "detach",
    "flag",
    "hand",
    "improve",
    "make_default",
    "make_master",
    "may_submit",
    "next_number",
    "proposal",
    "publish_standard",
    "rate",
    "record_link",
    "reject",
    "reject_feedback",
    "remove_translation",
    "require_author",
    "resolve",
    "resolve_feedback",
    "restate",
    "restore",
    "review",
    "role_of",
    "route",
    "run_next_schedule",
    "save_template",
    "schedule",
    "seal",
    "set_calendar",
    "settle",
    "still_itself",
    "submissions",
    "submit_draft",
    "submit_edit",
    "suggest",
    "take",
    "take_feedback",
    "tell_due_reviews",
    "translate",
    "unarchive",
    "used_outside",
    "view",
]
