"""The parts of an article as a reader meets them: in their order, named, with their HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles import text
from kcs.templatetags.ui import icon

if TYPE_CHECKING:
    from articles.models import Article, Suggestion, Template, Version

ICONS = {
    "title": "heading",
    "issue": "message-square",
    "environment": "monitor-smartphone",
    "resolution": "check",
    "cause": "lightbulb",
    "comments": "messages-square",
}
# What our own renderer writes around a passage that outside readers never get.
INTERNAL = '<div class="internal">'
EMPTY = SafeString()


@dataclass(frozen=True)
class Part:
    """One part: its name in forms and in the API, its label, and what it says."""

    name: str
    label: str
    icon: str
    value: str = ""
    html: SafeString = EMPTY
    hint: str = ""
    internal: bool = False  # the whole part stays inside
    hidden: bool = False  # not asked for; what already stands in it stays
    locked: bool = False  # the template says it, in every article alike

    @property
    def key(self) -> str:
        """The name as an id or a form field may carry it."""
        return self.name.replace(".", "-")


def labels() -> dict[str, str]:
    """The fixed parts by name; the fifth, the comments of the users, is not written here."""
    return {
        "issue": _("Issue"),
        "environment": _("Environment"),
        "resolution": _("Resolution"),
        "cause": _("Cause"),
    }


def hints() -> dict[str, str]:
    return {
        "issue": _("In the requester's own words: what they see, not what you think it is."),
        "environment": _("Product, version, device: what has to be so for this to happen."),
        "resolution": _(
            "The steps that help, one action each. Numbered lists count by themselves."
        ),
        "cause": _("Why it happens, when it is known."),
    }


def of_template(template: Template) -> list[Part]:
    """The empty parts of a template, in the order in which they are written and read."""
    told = hints()
    fixed = [
        Part(
            name,
            label,
            ICONS[name],
            hint=str(said.get("hint") or told[name]),
            internal=bool(said.get("internal")),
            hidden=bool(said.get("hidden")),
        )
        for name, label in labels().items()
        for said in [template.fixed.get(name) or {}]
    ]
    return fixed + [
        Part(
            f"parts.{part['key']}",
            str(part.get("label") or part["key"]),
            "file-text",
            hint=str(part.get("hint") or ""),
            internal=bool(part.get("internal")),
            hidden=bool(part.get("hidden")),
            locked=bool(part.get("locked")),
        )
        for part in template.parts
    ]


def of_authors(template: Template) -> list[Part]:
    """The parts that authors write; what the template itself says is not among them."""
    return [part for part in of_template(template) if not part.locked]


def locked(template: Template) -> list[Part]:
    """What the template says itself in every article, rendered."""
    said = template.locked_parts()
    return [
        Part(
            part.name,
            part.label,
            "lock",
            html=labelled(text.render(said[part.name.removeprefix("parts.")])),
            hint=part.hint,
            internal=part.internal,
            locked=True,
        )
        for part in of_template(template)
        if part.locked
    ]


def value_of(words: dict[str, Any], name: str) -> str:
    """What a text says in one part; further parts are named `parts.KEY`."""
    if name.startswith("parts."):
        return str((words.get("parts") or {}).get(name[6:], ""))
    return str(words.get(name) or "")


def words_from(values: dict[str, str]) -> dict[str, Any]:
    """The other way: {"issue": …, "parts.workaround": …} as the verbs take it."""
    words: dict[str, Any] = {n: v for n, v in values.items() if not n.startswith("parts.")}
    words["parts"] = {n[6:]: v for n, v in values.items() if n.startswith("parts.")}
    return words


def labelled(html: str) -> SafeString:
    """Name the internal passages in words: their colour alone would tell nobody."""
    label = format_html('<p class="only">{}{}</p>', icon("lock", 13), _("Internal only"))
    # The HTML was sanitised when it was saved, and in user text this tag would be escaped.
    return mark_safe(html.replace(INTERNAL, INTERNAL + label))


def read(article: Article, *, inside: bool) -> list[Part]:
    """The written parts that say something, for readers inside or outside."""
    return read_kept(article.template, article.words(), article.rendered, inside=inside)


def read_kept(
    template: Template, words: dict[str, Any], rendered: dict[str, Any], *, inside: bool
) -> list[Part]:
    """The same of a text that is kept rendered. What was rendered for a template that has
    changed meanwhile is rendered anew: what became internal is gone with the next reading."""
    kept = (rendered.get("renderer"), rendered.get("template", ""))
    if kept != (text.RENDERER, template.stamp()):
        rendered = template.render(words)
    return _filled(template, words, rendered, inside=inside)


def read_words(template: Template, words: dict[str, Any]) -> list[Part]:
    """The same of a text that is kept nowhere rendered: an earlier version, a suggestion."""
    return _filled(template, words, template.render(words), inside=True)


def _filled(
    template: Template, words: dict[str, Any], rendered: dict[str, Any], *, inside: bool
) -> list[Part]:
    html = rendered["inside" if inside else "outside"]
    return [
        Part(
            part.name,
            part.label,
            part.icon,
            value=value_of(words, part.name) if inside else "",
            html=labelled(html[part.name]),
            internal=part.internal,
            locked=part.locked,
        )
        for part in of_template(template)
        if html.get(part.name)
    ]


def written(source: Article | Version | Suggestion, template: Template) -> Iterator[Part]:
    """Every part of the template with the text that stands in it, empty ones too."""
    words = source.words()
    for part in of_template(template):
        yield Part(
            part.name, part.label, part.icon, value=value_of(words, part.name), hint=part.hint
        )
