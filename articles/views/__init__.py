"""Pages of knowledge: one article, its history, the editor, the list, the flags."""

from articles.views.doors import capitals
from articles.views.files import detach, file, files, upload
from articles.views.finding import listed, pick, search
from articles.views.hinting import hints, standard
from articles.views.history import compare, history, restore, version, versions
from articles.views.hooks import on_open, on_search
from articles.views.reading import counted, detail, flag, rate
from articles.views.remarks import flags, hand, reject, resolve, take
from articles.views.review import accept, decline, suggestion
from articles.views.stating import (
    calendar,
    cancel_schedule,
    restate,
    review,
    schedule,
    unarchive,
)
from articles.views.translating import (
    begin_translation,
    confirm_translation,
    make_master,
    remove_translation,
    translate,
    translations,
)
from articles.views.writing import create, duplicates, edit, preview

__all__ = [
    "accept",
    "begin_translation",
    "calendar",
    "cancel_schedule",
    "capitals",
    "compare",
    "confirm_translation",
    "counted",
    "create",
    "decline",
    "detach",
    "detail",
    "duplicates",
    "edit",
    "file",
    "files",
    "flag",
    "flags",
    "hand",
    "hints",
    "history",
    "listed",
    "make_master",
    "on_open",
    "on_search",
    "pick",
    "preview",
    "rate",
    "reject",
    "remove_translation",
    "resolve",
    "restate",
    "restore",
    "review",
    "schedule",
    "search",
    "standard",
    "suggestion",
    "take",
    "translate",
    "translations",
    "unarchive",
    "upload",
    "version",
    "versions",
]
