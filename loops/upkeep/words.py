"""Evidence and its reasons in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

STRENGTHS = {
    "strong": gettext_lazy("strong"),
    "fair": gettext_lazy("fair"),
    "weak": gettext_lazy("weak"),
}
# What speaks for the article; everything else speaks against it.
GOOD = frozenset({"reuses", "confirmed"})
ICONS = {
    "open_flags": "flag",
    "reopened": "undo-2",
    "low_csat": "frown",
    "not_helpful": "thumbs-down",
    "mended_flags": "flag-off",
    "release": "package",
    "idle": "clock",
    "reuses": "link",
    "only_own": "user",
    "unused": "circle-dashed",
    "confirmed": "badge-check",
}


def sentence(reason: list[Any]) -> str:
    """One reason in words; nothing for a code that an older computation left."""
    code, *values = reason
    n = values[0] if values and isinstance(values[0], int) else 0
    said = {"n": n}
    if code == "open_flags":
        return ngettext("%(n)s open flag", "%(n)s open flags", n) % said
    if code == "reopened":
        return (
            ngettext(
                "%(n)s ticket was reopened after its use",
                "%(n)s tickets were reopened after its use",
                n,
            )
            % said
        )
    if code == "low_csat":
        return (
            ngettext(
                "%(n)s requester was not satisfied", "%(n)s requesters were not satisfied", n
            )
            % said
        )
    if code == "not_helpful":
        return (
            ngettext(
                "%(n)s reader says that it did not help",
                "%(n)s readers say that it did not help",
                n,
            )
            % said
        )
    if code == "mended_flags":
        return (
            ngettext(
                "%(n)s flag was right and was mended",
                "%(n)s flags were right and were mended",
                n,
            )
            % said
        )
    if code == "idle":
        return ngettext("no proof for %(n)s day", "no proof for %(n)s days", n) % said
    if code == "reuses":
        return (
            ngettext("%(n)s reuse by somebody else held", "%(n)s reuses by others held", n)
            % said
        )
    if code == "only_own":
        return (
            ngettext(
                "used by its own author only, %(n)s time",
                "used by its own author only, %(n)s times",
                n,
            )
            % said
        )
    if code == "confirmed":
        return (
            ngettext("confirmed by %(n)s reviewer", "confirmed by reviewers %(n)s times", n)
            % said
        )
    if code == "release":
        name, count = values
        if count == 1:
            return _("%(name)s came out since it was last proved") % {"name": name}
        return _("%(n)s releases since it was last proved, the newest %(name)s") % {
            "n": count,
            "name": name,
        }
    return _("never used by anybody else") if code == "unused" else ""


def told(reasons: Iterable[list[Any]]) -> list[dict[str, Any]]:
    """Reasons as pages show them: words, a picture, and whether they speak for it."""
    return [
        {"says": said, "icon": ICONS[reason[0]], "good": reason[0] in GOOD}
        for reason in reasons
        if (said := sentence(reason))
    ]


def line(reasons: Iterable[list[Any]]) -> str:
    """The same in one line."""
    return " · ".join(said for reason in reasons if (said := sentence(reason)))
