"""What an article's history says, in words. One sentence for each event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from articles import parts
from articles.models import ArticleEvent, Audience, Confidence, Flag, Governance
from articles.templatetags.knowledge import language_named

Verb = ArticleEvent.Verb
STATES = {"confidence": Confidence, "audience": Audience, "governance": Governance}
ICONS = {
    Verb.CREATED: "file-plus",
    Verb.IMPROVED: "pencil-line",
    Verb.RESTORED: "history",
    Verb.CONFIDENCE: "badge-check",
    Verb.AUDIENCE: "users",
    Verb.GOVERNANCE: "scale",
    Verb.DESCRIBED: "tag",
    Verb.SUGGESTED: "message-square-diff",
    Verb.ACCEPTED: "check",
    Verb.DECLINED: "x",
    Verb.FLAGGED: "flag",
    Verb.FLAG_TAKEN: "hand",
    Verb.FLAG_RESOLVED: "flag-off",
    Verb.FLAG_REJECTED: "flag-off",
    Verb.FEEDBACK_TAKEN: "hand",
    Verb.ANSWERED: "message-circle-reply",
    Verb.HANDED_OVER: "arrow-right-left",
    Verb.RATED: "thumbs-up",
    Verb.LINKED: "link",
    Verb.UNLINKED: "unlink",
    Verb.IMPORTED: "import",
    Verb.SCHEDULED: "calendar-clock",
    Verb.CANCELLED: "calendar-x",
    Verb.REVIEWED: "badge-check",
    Verb.MERGED: "merge",
    Verb.MERGED_AWAY: "merge",
    Verb.UNMERGED: "undo-2",
    Verb.TRANSLATED: "languages",
    Verb.MASTER: "languages",
}


def icon(event: ArticleEvent) -> str:
    if event.verb == Verb.RATED:
        told = {True: "thumbs-up", False: "thumbs-down"}
        return told.get((event.detail or {}).get("helpful"), "message-square")  # type: ignore[arg-type]
    return ICONS.get(Verb(event.verb), "circle")


def says(event: ArticleEvent) -> str:
    """What happened, without who and when: those stand beside it."""
    detail: Mapping[str, Any] = event.detail or {}
    verb = event.verb
    if verb in STATES:
        return _moved(verb, detail)
    if verb == Verb.CREATED:
        return _("Created the article")
    if verb == Verb.IMPORTED:
        return _("Imported the article")
    if verb == Verb.IMPROVED:
        return _("Improved %(parts)s, now version %(n)s") % {
            "parts": _parts(detail.get("fields", ())),
            "n": event.version,
        }
    if verb == Verb.RESTORED:
        return _("Restored version %(old)s as version %(n)s") % {
            "old": detail.get("restored", ""),
            "n": event.version,
        }
    if verb == Verb.TRANSLATED:
        return _translated(event, detail)
    if verb == Verb.MASTER:
        return _("Made %(language)s the master") % {
            "language": language_named(str(detail.get("to", "")))
        }
    if verb == Verb.DESCRIBED:
        return _("Changed %(what)s") % {"what": ", ".join(_described(detail))}
    if verb == Verb.FLAGGED:
        kind = dict(Flag.Kind.choices).get(detail.get("kind", ""), detail.get("kind", ""))
        return _("Flagged: %(kind)s") % {"kind": kind}
    if verb in (Verb.LINKED, Verb.UNLINKED):
        text = _("Linked it to %(id)s") if verb == Verb.LINKED else _("Unlinked it from %(id)s")
        return text % {"id": event.origin_id}
    if verb == Verb.SCHEDULED:
        return _planned(detail)
    if verb == Verb.CANCELLED:
        return _("Cancelled what was planned for %(date)s") % {
            "date": _day(detail.get("due_at"))
        }
    if verb == Verb.REVIEWED:
        return _("Reviewed it and found it right")
    if verb == Verb.MERGED:
        return _("Merged %(id)s into it") % {"id": event.origin_id}
    if verb == Verb.MERGED_AWAY:
        return _("Merged it into %(id)s") % {"id": event.origin_id}
    if verb == Verb.UNMERGED:
        return _("Undid the merge with %(id)s") % {"id": event.origin_id}
    if verb == Verb.RATED:
        told = {True: _("Said that it helped"), False: _("Said that it did not help")}
        return told.get(detail.get("helpful"), _("Commented"))  # type: ignore[arg-type]
    if verb == Verb.HANDED_OVER:
        return _handed(detail)
    return {
        Verb.SUGGESTED: _("Suggested a change"),
        Verb.ACCEPTED: _("Accepted a suggestion"),
        Verb.DECLINED: _("Declined a suggestion"),
        Verb.FLAG_TAKEN: _("Took a flag"),
        Verb.FLAG_RESOLVED: _("Resolved a flag"),
        Verb.FLAG_REJECTED: _("Rejected a flag"),
        Verb.FEEDBACK_TAKEN: _("Took feedback"),
        Verb.ANSWERED: _("Answered feedback"),
    }.get(Verb(verb), event.get_verb_display())


def _translated(event: ArticleEvent, detail: Mapping[str, Any]) -> str:
    told = {"language": language_named(str(detail.get("language", ""))), "n": event.version}
    if detail.get("removed"):
        return _("Removed the translation into %(language)s") % told
    if detail.get("confirmed"):
        return _("Found the translation into %(language)s still right") % told
    return _("Translated into %(language)s, now version %(n)s") % told


def _planned(detail: Mapping[str, Any]) -> str:
    names = [
        str(dict(STATES[name].choices).get(detail[name], detail[name]))
        for name in ("confidence", "audience")
        if detail.get(name)
    ]
    told = {"states": ", ".join(names), "date": _day(detail.get("due_at"))}
    return _("Planned for %(date)s: %(states)s") % told


def _day(moment: Any) -> str:
    """The day of a moment that an event kept as text."""
    parsed = parse_datetime(str(moment or ""))
    return date_format(localtime(parsed), "SHORT_DATE_FORMAT") if parsed else ""


def more(event: ArticleEvent) -> str:
    """The words that somebody left with it: a reason, a note, an answer."""
    detail: Mapping[str, Any] = event.detail or {}
    return str(detail.get("reason") or detail.get("note") or detail.get("answer") or "")


def _handed(detail: Mapping[str, Any]) -> str:
    """The article, a flag or feedback has another owner now."""
    what = {
        "flag": _("Handed a flag from %(before)s to %(after)s"),
        "feedback": _("Handed feedback from %(before)s to %(after)s"),
    }.get(detail.get("what", ""), _("Handed the article from %(before)s to %(after)s"))
    return what % {"before": detail.get("from") or "–", "after": detail.get("to") or "–"}


def _moved(aspect: str, detail: Mapping[str, Any]) -> str:
    names = dict(STATES[aspect].choices)
    values = {
        "before": names.get(detail.get("from", ""), detail.get("from", "")),
        "after": names.get(detail.get("to", ""), detail.get("to", "")),
    }
    return {
        "confidence": _("Confidence: from “%(before)s” to “%(after)s”"),
        "audience": _("Audience: from “%(before)s” to “%(after)s”"),
        "governance": _("Governance: from “%(before)s” to “%(after)s”"),
    }[aspect] % values


def _parts(names: Any) -> str:
    labels = {"title": _("Title"), "parts": _("Further parts"), **parts.labels()}
    return ", ".join(labels.get(name, name) for name in names)


def _described(detail: Mapping[str, Any]) -> list[str]:
    labels = {
        "domain": _("domain"),
        "tags": _("tags"),
        "owner": _("owner"),
        "environment_facets": _("facets"),
        "language": _("language"),
        "editors": _("named editors"),
    }
    told = []
    for name, move in detail.items():
        after = move.get("to") if isinstance(move, Mapping) else ""
        if isinstance(after, Mapping):
            after = ", ".join(f"{key} {value}" for key, value in after.items())
        elif isinstance(after, list):
            after = ", ".join(str(value) for value in after)
        label = labels.get(name, name)
        told.append(f"{label}: {after}" if after else f"{label}: –")
    return told
