"""Reasons, costs and effects in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loops.models import Improvement
from loops.upkeep import words as upkeep


def percent(share: float) -> str:
    return f"{number_format(100 * share, 1 if share < 0.1 else 0)} %"


def sentence(reason: list[Any]) -> str:
    """One reason in words; nothing for a code that an older night left."""
    code, *values = reason
    try:
        if code in SENTENCES:
            return SENTENCES[code](*values)
        return upkeep.sentence(reason)
    except (IndexError, KeyError, TypeError, ValueError):
        return ""


def _gap(tickets: int, searches: int) -> str:
    said = ngettext(
        "%(n)s ticket without an article", "%(n)s tickets without an article", tickets
    ) % {"n": tickets}
    if not searches:
        return said
    more = ngettext(
        "%(n)s search that led nowhere", "%(n)s searches that led nowhere", searches
    ) % {"n": searches}
    return f"{said}, {more}"


def _contradicts(number: str, here: str, there: str) -> str:
    return _("%(number)s says otherwise: “%(here)s” and “%(there)s”") % {
        "number": number,
        "here": here,
        "there": there,
    }


def _missed(n: int) -> str:
    return ngettext(
        "%(n)s time it was the answer and was not found",
        "%(n)s times it was the answer and was not found",
        n,
    ) % {"n": n}


def _alike(number: str, likeness: float, tickets: int) -> str:
    said = _("like %(number)s (likeness %(value)s)") % {
        "number": number,
        "value": number_format(likeness, 2),
    }
    if not tickets:
        return said
    both = ngettext("%(n)s ticket needed both", "%(n)s tickets needed both", tickets)
    return f"{said}, {both % {'n': tickets}}"


def _reused(n: int, people: int) -> str:
    return _(
        "%(n)s reuses in 90 days by %(people)s people, and readers outside cannot see it"
    ) % {"n": n, "people": people}


def _unused(days: int) -> str:
    return _("neither used nor opened for %(n)s days, although it could have been") % {
        "n": days
    }


def _defects(n: int, of: int, usual: float) -> str:
    return _("%(n)s of %(of)s tickets are marked as a defect; elsewhere it is %(usual)s") % {
        "n": n,
        "of": of,
        "usual": percent(usual),
    }


def _returns(before: int, after: int, linked: int, solved: int) -> str:
    return _(
        "%(linked)s of %(solved)s were answered with knowledge, and it comes back: "
        "%(before)s tickets in the first 90 days, %(after)s in the last"
    ) % {"before": before, "after": after, "linked": linked, "solved": solved}


SENTENCES: dict[str, Callable[..., str]] = {
    "gap": _gap,
    "unsure": lambda: _("low confidence: few tickets are linked at all"),
    "contradicts": _contradicts,
    "missed": _missed,
    "alike": _alike,
    "reused": _reused,
    "unused": _unused,
    "defects": _defects,
    "returns": _returns,
}


def reasons(improvement: Improvement) -> list[str]:
    told = [sentence(list(one)) for one in improvement.evidence.get("why", []) if one]
    return [said for said in told if said]


def effect(found: dict[str, Any]) -> str:
    """The effect in one sentence, never a ratio without its interval."""
    if not found:
        return ""
    says = found.get("says")
    if says == "early":
        return _("Too early to say: the effect is measured from four whole weeks on.")
    if says == "few" or "ratio" not in found:
        return _("Too few tickets to tell an effect from chance.")
    figures = {
        "ratio": percent(found["ratio"]),
        "low": percent(found["low"]),
        "high": percent(found["high"]),
        "seen": found["seen"],
        "expected": number_format(found["expected"], 1),
    }
    began = {
        "fewer": _("Fewer tickets."),
        "more": _("More tickets."),
        "unclear": _("No change can be told."),
    }[str(says)]
    between = _(
        "%(ratio)s of what was to be expected, with a 95 %% interval from %(low)s to %(high)s: "
        "%(seen)s tickets came, and %(expected)s would have."
    )
    return f"{began} {between % figures}"


SHORT = {"fewer": "ok", "more": "bad", "unclear": "plain", "early": "plain", "few": "plain"}


def effect_badge(found: dict[str, Any]) -> tuple[str, str] | None:
    """Tone and words of the badge in a list."""
    says = found.get("says", "") if found else ""
    if says not in SHORT:
        return None
    if "ratio" in found and says in ("fewer", "more", "unclear"):
        between = f"{percent(found['low'])} – {percent(found['high'])}"
        told = {"fewer": _("fewer"), "more": _("more"), "unclear": _("no change can be told")}
        return SHORT[says], f"{told[says]}: {percent(found['ratio'])} ({between})"
    return SHORT[says], _("too early") if says == "early" else _("too few tickets")
