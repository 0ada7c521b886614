"""The small marks of every page: icons, keys, badges, people, times, languages.

A state is never told by colour alone: each badge is an icon and a word.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta
from django import template
from django.conf.locale import LANG_INFO
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Parser,
    TextNode,
    Token,
    Variable,
)
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kcs.addresses import numbered
from kcs.context import places

register = template.Library()


def drawn_early(tag: Callable[..., SafeString]) -> Callable[..., SafeString]:
    """A simple tag that becomes plain text while the template is read, where everything it is
    given stands in the template: a page has two hundred icons and keys that never change."""
    register.simple_tag(tag)
    compiled = register.tags[tag.__name__]

    def early(parser: Parser, token: Token) -> Node:
        node = compiled(parser, token)
        given = [*node.args, *node.kwargs.values()]
        if node.target_var or not all(_is_literal(value) for value in given):
            return node
        named = {name: value.resolve({}) for name, value in node.kwargs.items()}
        return TextNode(tag(*[value.resolve({}) for value in node.args], **named))

    register.tag(tag.__name__, early)
    return tag


def _is_literal(value: FilterExpression) -> bool:
    known = value.var.literal is not None if isinstance(value.var, Variable) else True
    return known and not value.filters


class FixedNode(Node):
    """A part of a template that depends on nothing but the language, rendered once for each."""

    def __init__(self, nodelist: NodeList, name: str = "") -> None:
        self.nodelist = nodelist
        self.name = name
        self.rendered: dict[str, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language() or "en"
        known = self.rendered.get(language)
        if known is None:
            # An empty context: nothing of a person or a request can get in and stay.
            empty = template.Context()
            with empty.bind_template(context.template):  # type: ignore[arg-type]
                known = self.rendered[language] = self.nodelist.render(empty)
        if not self.name:
            return known
        context[self.name] = known
        return mark_safe("")


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    """`{% fixed %}…{% endfixed %}` around words, icons and addresses that are the same for all.

    No variable of the page is known inside. `{% fixed as name %}` keeps it for later.
    """
    match token.split_contents():
        case [_fixed]:
            name = ""
        case [_fixed, "as", name]:
            pass
        case _:
            raise template.TemplateSyntaxError("Write {% fixed %} or {% fixed as name %}.")
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(nodelist, name)


@register.simple_tag(name="places")
def places_of_the_rail() -> tuple[dict[str, Any], ...]:
    return places()


@register.simple_tag
def address(view: str, number: str) -> str:
    """`{% address "solve:use" ticket.number %}`: `url` for what has one number, and quicker."""
    return numbered(view, number)


# Icons that point along the line of reading turn round in Hebrew.
FLIPPED = {
    "arrow-left",
    "arrow-right",
    "arrow-up-right",
    "chevron-left",
    "chevron-right",
    "corner-down-left",
    "corner-down-right",
    "external-link",
    "forward",
    "list",
    "list-ordered",
    "log-in",
    "log-out",
    "reply",
    "send",
    "undo-2",
}
RIGHT_TO_LEFT = {code for code, info in LANG_INFO.items() if info.get("bidi")} | {"yi"}

Mark = tuple[str, str, Promise]  # icon, tone, word

CONFIDENCE: dict[str, Mark] = {
    "wip": ("pencil-line", "info", _("Work in progress")),
    "not_validated": ("circle-dashed", "warn", _("Not validated")),
    "validated": ("badge-check", "ok", _("Validated")),
    "archived": ("archive", "mute", _("Archived")),
}
AUDIENCE: dict[str, Mark] = {
    "internal": ("lock", "plain", _("Internal")),
    "partner": ("handshake", "plain", _("Partner")),
    "customer": ("users", "plain", _("Customer")),
    "public": ("globe", "plain", _("Public")),
}
GOVERNANCE: dict[str, Mark] = {
    "experience": ("users-round", "plain", _("Experience based")),
    "compliance": ("scale", "plain", _("Compliance based")),
}
STATE: dict[str, Mark] = {
    "new": ("sparkle", "accent", _("New")),
    "open": ("circle-dashed", "warn", _("Open")),
    "pending": ("clock", "info", _("Pending")),
    "solved": ("circle-check", "ok", _("Solved")),
    "closed": ("archive", "mute", _("Closed")),
}
PRIORITY: dict[str, Mark] = {
    "low": ("arrow-down", "plain", _("Low")),
    "normal": ("minus", "plain", _("Normal")),
    "high": ("trending-up", "bad", _("High")),
    "urgent": ("flame", "bad", _("Urgent")),
}
PRIORITY_OF = {"1": "low", "2": "normal", "3": "high", "4": "urgent"}
OUTCOME: dict[str, Mark] = {
    "reused": ("repeat-2", "ok", _("Reused")),
    "improved": ("pencil-line", "ok", _("Reused and improved")),
    "flagged": ("flag", "warn", _("Reused and flagged")),
    "created": ("file-plus", "info", _("Created")),
    "no_knowledge": ("circle-slash", "mute", _("No knowledge here")),
    "imported": ("import", "mute", _("Imported")),
}


@lru_cache(maxsize=1)
def _archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(str(files("lucide") / "lucide.zip"))


@lru_cache(maxsize=1024)
def _svg(name: str, size: int, classes: str, label: str) -> SafeString:
    """One icon, read from the zip once: reading all 1,668 would cost 0.4 s."""
    try:
        drawing = _archive().read(f"{name}.svg").decode()
    except KeyError:
        raise template.TemplateSyntaxError(f"There is no icon called {name!r}.") from None
    inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    inner = re.sub(r"\s+", " ", inner).strip()
    kind = " ".join(filter(None, ["icon", "flip" if name in FLIPPED else "", classes]))
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    # Large icons get a thinner line, so that all look equally heavy.
    stroke = "1.75" if size >= 18 else "2"
    return mark_safe(
        f'<svg class="{escape(kind)}" width="{size}" height="{size}" viewBox="0 0 24 24"'
        f' fill="none" stroke="currentColor" stroke-width="{stroke}" stroke-linecap="round"'
        f' stroke-linejoin="round" {spoken}>{inner}</svg>'
    )


@drawn_early
def icon(name: str, size: int = 16, cls: str = "", label: object = "") -> SafeString:
    """`{% icon "flag" 14 %}`. Silent for screen readers unless it has a label."""
    return _svg(str(name), int(size), str(cls), str(label))


@drawn_early
def kbd(*keys: str) -> SafeString:
    """`{% kbd "Ctrl" "K" %}`: what to press, shown on the button that does it."""
    return format_html_join("", "<kbd>{}</kbd>", ((key,) for key in keys))


def badge(marks: dict[str, Mark], value: object, extra: str = "") -> SafeString:
    known = marks.get(str(value or ""))
    if known is None:
        return mark_safe("")
    return _badge(known, extra, get_language() or "en")


@lru_cache(maxsize=512)
def _badge(known: Mark, extra: str, _language: str) -> SafeString:
    """Lists show the same few badges hundreds of times; the word is the language's."""
    name, tone, word = known
    return format_html(
        '<span class="badge {} {}">{}{}</span>', tone, extra, _svg(name, 12, "", ""), word
    )


@register.simple_tag
def confidence(value: object) -> SafeString:
    """How far an article may be trusted: wip, not_validated, validated, archived."""
    return badge(CONFIDENCE, value)


@register.simple_tag
def audience(value: object) -> SafeString:
    """Who may read an article: internal, partner, customer, public."""
    return badge(AUDIENCE, value)


@register.simple_tag
def audience_icon(value: object) -> SafeString:
    """The audience where there is no room for its word: the icon says it and shows it on hover."""
    known = AUDIENCE.get(str(value or ""))
    if known is None:
        return mark_safe("")
    return _audience_icon(known, get_language() or "en")


@lru_cache(maxsize=32)
def _audience_icon(known: Mark, _language: str) -> SafeString:
    name, _tone, word = known
    return format_html(
        '<span class="badge plain" title="{}">{}</span>', word, _svg(name, 13, "", str(word))
    )


@register.simple_tag
def governance(value: object) -> SafeString:
    return badge(GOVERNANCE, value)


@register.simple_tag
def state(value: object) -> SafeString:
    """Where a ticket stands: new, open, pending, solved, closed."""
    return badge(STATE, value)


@register.simple_tag
def priority(value: object) -> SafeString:
    """Says nothing about an ordinary ticket: only what stands out is marked."""
    name = PRIORITY_OF.get(str(value), str(value))
    return mark_safe("") if name == "normal" else badge(PRIORITY, name)


@register.simple_tag
def outcome(value: object) -> SafeString:
    """How a ticket was solved."""
    return badge(OUTCOME, value)


@register.filter
def confidence_word(value: object) -> str:
    """The name of a confidence, for a choice in a form."""
    known = CONFIDENCE.get(str(value))
    return str(known[2]) if known else str(value)


@register.filter
def pip(value: object) -> str:
    """The tone of the small dot that stands for a ticket's state in a tab."""
    return {"new": "new", "pending": "info", "solved": "ok", "closed": "mute"}.get(
        str(value), ""
    )


@register.filter
def initials(person: object) -> str:
    """Two letters for a face: first and last word of a name, or of an e-mail address."""
    name = str(getattr(person, "name", "") or person or "?").strip()
    words = [word for word in re.split(r"[\s@._-]+", name.split("@")[0]) if word]
    picked = [words[0], words[-1]] if len(words) > 1 else words[:1]
    return "".join(word[0] for word in picked).upper() or "?"


@register.simple_tag
def avatar(person: object, tone: str = "", label: object = "") -> SafeString:
    """A person's initials in a disc; silent unless labelled, for the name stands beside it."""
    if label:
        return format_html(
            '<span class="avatar {}" role="img" aria-label="{}">{}</span>',
            tone,
            label,
            initials(person),
        )
    return _disc(initials(person), tone)


@lru_cache(maxsize=1024)
def _disc(letters: str, tone: str) -> SafeString:
    return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', tone, letters)


@lru_cache(maxsize=32)
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _rounded(span: timedelta) -> int:
    """Seconds, no finer than the words tell them apart, so that a list says each but once."""
    seconds = int(span.total_seconds())
    step = 1 if abs(seconds) < 120 else 60 if abs(seconds) < 86_400 else 3600
    return round(seconds / step) * step


@lru_cache(maxsize=4096)
def _span(seconds: int, width: str, language: str) -> str:
    return format_timedelta(
        timedelta(seconds=seconds),
        add_direction=True,
        format=width,  # type: ignore[arg-type]
        locale=_locale(language),
        threshold=1.2,
    )


@register.simple_tag
def ago(when: datetime | None, width: str = "short") -> SafeString:
    """How long ago, in the reader's language, with the exact moment on hover."""
    if when is None:
        return mark_safe("")
    language = get_language() or "en"
    # What is just now, or by another clock still to come, was a second ago.
    passed = min(when - timezone.now(), timedelta(seconds=-1))
    words = _span(_rounded(passed), width, language)
    local = timezone.localtime(when)
    return _time(local.replace(second=0, microsecond=0), words, language)


@lru_cache(maxsize=8192)
def _time(local: datetime, words: str, _language: str) -> SafeString:
    """Everybody's queue shows the same tickets, so most of these were made a moment ago."""
    return format_html(
        '<time class="tn" datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        date_format(local, "DATETIME_FORMAT"),
        words,
    )


@register.simple_tag
def moment(when: datetime | None, pattern: str = "SHORT_DATETIME_FORMAT") -> SafeString:
    """The exact moment, in the reader's own time zone and manner of writing."""
    if when is None:
        return mark_safe("")
    local = timezone.localtime(when)
    return format_html(
        '<time class="tn" datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        date_format(local, "DATETIME_FORMAT"),
        date_format(local, pattern),
    )


@register.filter
def direction(language: object) -> str:
    """`rtl` for Hebrew, Arabic and their kin, else `ltr`."""
    code = str(language or get_language() or "en").lower()
    return "rtl" if code.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@register.simple_tag
def lang_attrs(language: object) -> SafeString:
    """`<h2 {% lang_attrs article.language %}>`: text carries its own language.

    Direction comes from the language, never from the first letter: a Hebrew title that begins
    with "macOS 26" would otherwise turn round.
    """
    return _lang_attrs(str(language or get_language() or "en"))


@lru_cache(maxsize=256)
def _lang_attrs(code: str) -> SafeString:
    return format_html('lang="{}" dir="{}"', code, direction(code))


@register.filter
def differs(one: object, other: object) -> bool:
    """Whether two texts say different things; spaces and line ends do not count."""
    return str(one or "").split() != str(other or "").split()


@register.inclusion_tag("parts/field.html")
def field(bound: Any, cls: str = "", hint: object = "") -> dict[str, Any]:
    """A form field with its label, hint and error: `{% field form.title %}`."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or type(widget).__name__.lower()
    return {
        "field": bound,
        "cls": cls,
        "hint": hint or bound.help_text,
        "box": kind == "checkbox",
        "group": kind in ("radio", "checkboxselectmultiple", "radioselect"),
    }
