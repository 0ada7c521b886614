"""Article text: Markdown in, sanitised HTML out, with passages that never leave the house."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kcs.errors import BadValue

# Raised when what `render` makes of the same text changes; articles are then rendered anew.
RENDERER = 1

PART_LIMIT = 1_000_000
ARTICLE_LIMIT = 5_000_000

# Indented or in capitals it is still meant: a passage that fails to close leaks nothing, and
# one that is written a little differently must not leak either.
_FENCE = re.compile(
    r"^[ \t]*:::[ \t]*internal[ \t]*$(.*?)(?:^[ \t]*:::[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
# Controls that no text needs and that break columns, logs or reading direction.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")
_SURROGATES = re.compile("[\ud800-\udfff]")

TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "div": {"class"},
    "code": {"class"},
}
SAFE_LINK = re.compile(r"^(?:https?://|mailto:|tel:|/(?!/)|#|KB-\d+$)", re.IGNORECASE)


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"breaks": True, "html": False, "linkify": True})
    made.enable(["table", "strikethrough", "linkify"])
    # Headings of a part start below the page's own: `# x` in a part is the third level.
    return made


def clean(text: str, *, field: str = "") -> str:
    """Text as it is stored: line ends normalised, forbidden characters refused in words.

    Everything else is kept byte for byte. Raises BadValue for characters that cannot be
    stored or that mislead the eye, and for a part over one megabyte.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATES.search(text) or "\x00" in text:
        raise BadValue(
            _("This text holds characters that are not text. Remove them and save again."),
            field=field,
        )
    text = _CONTROLS.sub("", text)
    if len(text.encode()) > PART_LIMIT:
        raise BadValue(
            _("One part may hold one megabyte of text; this one is longer."), field=field
        )
    return text


def outside(text: str) -> str:
    """The text without its internal passages: what readers outside may ever get."""
    return _FENCE.sub("", text)


def internal_passages(text: str) -> list[str]:
    """The passages that readers outside never get, each whole, with its fences closed."""
    return [f":::internal\n{fence.group(1).strip()}\n:::" for fence in _FENCE.finditer(text)]


def outside_words(words: dict[str, Any], internal: Collection[str]) -> dict[str, Any]:
    """A whole text as readers outside get it; parts that stay inside are empty.

    `internal` names whole parts that stay inside, as "cause" or "parts.KEY".
    """
    said: dict[str, Any] = {}
    for name, value in words.items():
        if name == "parts":
            said["parts"] = {
                key: "" if f"parts.{key}" in internal else outside(str(part))
                for key, part in (value or {}).items()
            }
        elif isinstance(value, str):
            said[name] = "" if name in internal else outside(value)
        else:
            said[name] = value
    return said


def outside_all(words: dict[str, Any], internal: Collection[str]) -> dict[str, Any]:
    """What readers outside get where it differs from the text: {"issue": …, "parts": {…}}."""
    said = outside_words(words, internal)
    return {name: value for name, value in said.items() if value != words[name]}


def tokens(text: str) -> list[Token]:
    """The text as its Markdown is read, before it becomes HTML."""
    return _markdown().parse(text)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        address = re.sub(r"[\s\x00-\x1f]", "", value)
        if not SAFE_LINK.match(address):
            return None
        if re.fullmatch(r"KB-\d+", address, re.IGNORECASE):
            return f"/articles/{address.upper()}/"
    if name == "src" and not value.startswith("/files/"):
        # A remote picture tells its host who reads, and an address of ours that is no file
        # would be visited by every reader: neither is fetched.
        return None
    if name == "class" and tag == "div":
        return "internal" if value == "internal" else None
    if name == "class" and not re.fullmatch(r"language-[\w+-]{1,30}", value):
        return None
    return value


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel"},
    )


def render(text: str) -> str:
    """Sanitised HTML of one part for readers inside; internal passages stand marked."""
    if not text.strip():
        return ""
    pieces: list[str] = []
    at = 0
    for fence in _FENCE.finditer(text):
        pieces.append(_plain(text[at : fence.start()]))
        pieces.append(f'<div class="internal">{_plain(fence.group(1))}</div>')
        at = fence.end()
    pieces.append(_plain(text[at:]))
    return _sanitise("".join(pieces))


def _plain(text: str) -> str:
    html = _markdown().render(text) if text.strip() else ""
    return re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", html)


def render_all(words: dict[str, Any], internal: Collection[str] = ()) -> dict[str, Any]:
    """Rendered parts for inside and outside, kept with the article and the renderer's number.

    `internal` names whole parts that stay inside, as "cause" or "parts.KEY".
    """
    named = {
        name: value
        for name, value in words.items()
        if name not in ("title", "parts") and isinstance(value, str)
    }
    named |= {f"parts.{key}": str(value) for key, value in (words.get("parts") or {}).items()}
    inside = {name: render(value) for name, value in named.items()}
    # Most texts hide nothing, and a long one takes a second to render: once is enough then.
    beyond = {name: "" if name in internal else outside(value) for name, value in named.items()}
    return {
        "renderer": RENDERER,
        "inside": inside,
        "outside": {
            name: inside[name] if value == named[name] else render(value)
            for name, value in beyond.items()
        },
    }


def check_links(text: str, *, field: str) -> None:
    """Refuse `javascript:` and its kin in words, instead of dropping them silently."""
    for address in re.findall(r"\]\(\s*<?([^)\s>]+)", text):
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
        if scheme and scheme[1].lower() not in ("http", "https", "mailto", "tel"):
            raise BadValue(
                _("Links may begin with https, http, mailto or tel, not with “%(scheme)s”.")
                % {"scheme": scheme[1]},
                field=field,
            )
