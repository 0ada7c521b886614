"""Values as people read them. One function for each kind of value; `FORMATS` names them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

Format = Callable[[float], str]
NOTHING = "–"


def places(value: float, n: int) -> str:
    """Rounded: `number_format` alone cuts off, and 66.66 would be 66.6."""
    return str(number_format(round(value, n), n))


def number(value: float) -> str:
    whole = abs(value - round(value)) < 1e-9
    n = 0 if whole else 1
    return str(number_format(round(value, n), n, force_grouping=True))


def percent(value: float) -> str:
    """A share from 0 to 1."""
    return f"{places(value * 100, 0)}%"


def percent_exactly(value: float) -> str:
    """A share from 0 to 1, with one place: for a headline, or where the places differ."""
    return f"{places(value * 100, 1)}%"


def ratio(value: float) -> str:
    """So many to one."""
    return f"{places(value, 1)} : 1"


def times(value: float) -> str:
    """So many times as much."""
    return f"× {places(value, 2)}"


def duration(seconds: float) -> str:
    """A time in its largest unit that leaves at least one: 45 min, 3.2 h, 1.8 d."""
    minutes = seconds / 60
    if seconds and minutes < 1:
        return _("%(n)s s") % {"n": places(seconds, 0)}
    if minutes < 99.5:
        return _("%(n)s min") % {"n": places(minutes, 0)}
    hours = minutes / 60
    if hours < 48:
        return _("%(n)s h") % {"n": places(hours, 1)}
    return _("%(n)s d") % {"n": places(hours / 24, 1)}


def minutes(value: float) -> str:
    return duration(value * 60)


def days(value: float) -> str:
    return duration(value * 86_400)


FORMATS: dict[str, Format] = {
    "number": number,
    "percent": percent,
    "percent_exactly": percent_exactly,
    "ratio": ratio,
    "times": times,
    "duration": duration,  # seconds
    "minutes": minutes,
    "days": days,
}
# What a spreadsheet wants instead of words: the factor, and the unit behind the heading.
RAW: dict[str, tuple[float, str]] = {
    "percent": (100, "%"),
    "percent_exactly": (100, "%"),
    "duration": (1 / 3600, "h"),
    "minutes": (1, "min"),
    "days": (1, "d"),
}


def step_label(day: date, every: str = "week") -> str:
    """A day, or a month, in the few letters that have room under an axis. A drawing runs from
    left to right, and a number beside a Hebrew word would turn round in it."""
    if get_language_bidi():
        return date_format(day, "n.Y" if every == "month" else "j.n")
    return date_format(day, "M Y" if every == "month" else "j M")


def said(value: float | None, form: Format) -> str:
    return NOTHING if value is None else form(value)
