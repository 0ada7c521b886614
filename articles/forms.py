"""What people fill in about articles. Forms only read; the verbs say what may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from articles import parts, rules
from articles.models import Article, Audience, Confidence, Feedback, Flag, Governance, Template
from people.models import Domain, User

if TYPE_CHECKING:
    pass

STATES = ("confidence", "audience", "governance")
LABELS = {"confidence": Confidence, "audience": Audience, "governance": Governance}
STATE_LABELS = {
    "confidence": _("Confidence"),
    "audience": _("Audience"),
    "governance": _("Governance"),
}
# What the editor says about an article beside its text; sent only when it was changed here.
FACTS = (*STATES, "language", "domain", "tags", "owner", "facets", "editors")


def languages(current: str = "") -> list[tuple[str, Any]]:
    """The site's own languages first, then every other that Django can name."""
    own = [(code, str(name)) for code, name in settings.LANGUAGES]
    known = dict(own)
    others = sorted(
        (info["name_local"].capitalize(), code)
        for code, info in LANG_INFO.items()
        if "name_local" in info and code not in known
    )
    choices = own + [(code, name) for name, code in others]
    if current and current not in dict(choices):
        choices.append((current, current))
    return choices


def split_tags(text: str) -> list[str]:
    """ "printer, paper jam" as a list; commas or line ends part them."""
    return [tag.strip() for tag in text.replace("\n", ",").split(",") if tag.strip()]


def split_facets(text: str) -> dict[str, str]:
    """ "Till app: 4.2" line by line as names and values; a line without a colon names itself."""
    facets: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if name.strip():
            facets[name.strip()] = value.strip() if colon else name.strip()
    return facets


def join_facets(facets: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in facets.items())


class Choice(forms.ChoiceField):
    """One of several values; a program that leaves it out means what stands there now.

    It offers `choices` and reads whatever is `known`: the verb refuses what this person may not
    set, in its own words, at every door alike.
    """

    def __init__(self, *, known: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.known = frozenset(known)

    def clean(self, value: Any) -> Any:
        return super().clean(value or self.initial)

    def valid_value(self, value: Any) -> bool:
        return value in self.known or super().valid_value(value)


class Text(forms.CharField):
    """One part of an article: kept to the letter, of any length, empty when it is empty."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, required=False, **options)


class TextForm(forms.Form):
    """The title and the parts of an article's template; no part can be added or left out."""

    title = forms.CharField(label=_("Title"), required=False, strip=False)
    note = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=300,
        help_text=_("One line for the history."),
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, template: Template, **options: Any) -> None:
        super().__init__(*args, **options)
        self.article_template = template
        # What a template hides is asked for only where something stands in it already.
        self.template_parts = [
            part
            for part in parts.of_authors(template)
            if not part.hidden or self.initial.get(part.key)
        ]
        for part in self.template_parts:
            self.fields[part.key] = Text(label=part.label)

    def shown_parts(self) -> list[dict[str, Any]]:
        """What the page needs to draw each part's editor, with the text as it was typed."""
        return [
            {
                "part": part,
                "short": part.name != "resolution",
                "further": part.name.startswith("parts."),
                "field": self[part.key],
                "value": self[part.key].value() or "",
                "errors": self.errors.get(part.key, []) if self.is_bound else [],
            }
            for part in self.template_parts
        ]

    def all_parts(self) -> list[dict[str, Any]]:
        """The same, and what the template says itself, to read, in its place."""
        shown = {item["part"].name: item for item in self.shown_parts()}
        shown |= {
            part.name: {"part": part, "locked": True}
            for part in parts.locked(self.article_template)
        }
        names = [part.name for part in parts.of_template(self.article_template)]
        return [shown[name] for name in names if name in shown]

    def left_over(self) -> list[dict[str, str]]:
        """What was typed under another template and this one does not ask for: it comes along,
        so that it is there again when somebody goes back."""
        if not self.is_bound:
            return []
        labels = parts.labels()
        for template in Template.objects.offered():
            for part in parts.of_authors(template):
                labels.setdefault(part.key, part.label)
        return [
            {"key": key, "label": label, "value": str(self.data[key])}
            for key, label in labels.items()
            if key not in self.fields and str(self.data.get(key, "")).strip()
        ]

    def words(self) -> dict[str, Any]:
        """The text as the verbs take it."""
        values = {
            part.name: self.cleaned_data.get(part.key, "") for part in self.template_parts
        }
        return {"title": self.cleaned_data.get("title", ""), **parts.words_from(values)}

    def add_refusal(self, field: str, message: str) -> None:
        """Put what a verb said beside the field that it is about."""
        keys = {part.name.removeprefix("parts."): part.key for part in self.template_parts}
        name = {"origin": "origin_url"}.get(field, keys.get(field, field))
        self.add_error(name if name in self.fields else None, message)


def first_error(form: forms.Form) -> tuple[str, str]:
    """The first field that cannot be read, and why."""
    field, said = next(iter(form.errors.items()))
    return field, str(said[0])


def text_values(template: Template, words: dict[str, Any]) -> dict[str, str]:
    """The form's initial values for a text: {"title": …, "issue": …, "parts-key": …}."""
    return {
        "title": str(words.get("title") or ""),
        **{part.key: parts.value_of(words, part.name) for part in parts.of_authors(template)},
    }


class ArticleForm(TextForm):
    """A whole article: its text, its three states, and what is said about it.

    Offers only what this person may set. Each fact carries what it was when the page was made
    (`was-…`), so that saving a text never puts back what a colleague set meanwhile.
    """

    reason = "note"  # where this form says why something is archived

    language = Choice(label=_("Language"))
    domain = forms.ModelChoiceField(Domain.objects.none(), label=_("Domain"), required=False)
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("Commas between them."))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)
    facets = forms.CharField(
        label=_("Environment facets"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, as in “Till app: 4.2”. They are shown as chips."),
    )
    editors = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Named editors"),
        required=False,
        help_text=_("Under compliance, only they change the article once it is validated."),
    )

    def __init__(
        self, *args: Any, user: User, article: Article | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.user, self.article = user, article
        language = self["language"].value() or ""
        self._choose("language", languages(str(language)))
        self.fields["language"].initial = self.initial.get("language")
        self._choice_fields()
        domain, owner, editors = (self.fields[n] for n in ("domain", "owner", "editors"))
        domain.queryset = Domain.objects.all()  # type: ignore[attr-defined]
        domain.label_from_instance = _indented  # type: ignore[attr-defined]
        owner.queryset = User.objects.agents()  # type: ignore[attr-defined]
        editors.queryset = User.objects.agents().filter(competency="publisher")  # type: ignore[attr-defined]
        if ("governance", "compliance") not in user.rights:
            del self.fields["editors"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _choice_fields(self) -> None:
        """The states that this person may set; external audiences once it is validated."""
        here = rules.options(self.user, self.article)
        validated = rules.options(self.user, self.article, confidence=Confidence.VALIDATED)
        self.only_validated = [v for v in validated.audience if v not in here.audience]
        offered = {
            "confidence": here.confidence,
            "audience": [v for v in Audience.values if v in validated.audience],
            "governance": here.governance,
        }
        if Confidence.VALIDATED not in here.confidence:
            offered["audience"] = here.audience
            self.only_validated = []
        for name, values in offered.items():
            names = dict(LABELS[name].choices)
            self.fields[name] = Choice(
                label=STATE_LABELS[name],
                choices=[(v, names[v]) for v in LABELS[name].values if v in values],
                known=LABELS[name].values,
                initial=self.initial.get(name),
            )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if self.article is None or self.article.confidence != Confidence.ARCHIVED:
            needs_reason(self, asked, name=self.reason)
        return asked

    def was(self) -> list[tuple[str, str]]:
        """Hidden fields with what each fact was when this page was made."""
        if self.article is None:
            return []
        return [(f"was-{name}", self._was(name)) for name in FACTS if name in self.fields]

    def _was(self, name: str) -> str:
        sent = self.data.get(f"was-{name}") if self.is_bound else None
        return sent if sent is not None else _plain(self.initial.get(name))

    def changed_facts(self) -> dict[str, Any]:
        """The facts that were changed on this page, with their new values."""
        changed: dict[str, Any] = {}
        for name in FACTS:
            # A program may post some fields only: what it does not name stays as it is. An
            # emptied list posts nothing, so there the hidden field says that it was shown.
            sent = name in self.data or (name == "editors" and "was-editors" in self.data)
            if name not in self.fields or not sent:
                continue
            value = self.cleaned_data.get(name)
            if _plain(value) != self._was(name):
                changed[name] = value
        return changed


def _plain(value: Any) -> str:
    """A value as a hidden field can carry it, for comparing."""
    if value is None:
        return ""
    if hasattr(value, "pk"):
        return str(value.pk)
    if isinstance(value, str | int):
        return str(value).replace("\r\n", "\n").strip()
    return ",".join(sorted(str(getattr(item, "pk", item)) for item in value))


def _indented(domain: Domain) -> str:
    # Options of a list can not be nested deeper than one step, so the tree is drawn with spaces.
    return "\u2003" * domain.path.count("/") + domain.name


class NewArticleForm(ArticleForm):
    """A new article may say where it came from: a record of some system, and its address."""

    template = forms.ModelChoiceField(
        Template.objects.offered(),
        label=_("Template"),
        empty_label=None,
        required=False,
    )
    origin_type = forms.CharField(
        label=_("System of record"),
        required=False,
        max_length=40,
        help_text=_("For example: chat, sales, HR."),
    )
    origin_id = forms.CharField(label=_("Its number there"), required=False, max_length=120)
    origin_url = forms.CharField(label=_("Its address"), required=False, max_length=500)


class StateForm(ArticleForm):
    """Only the three states, for the panel beside the article."""

    reason = "reason"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields = {name: self.fields[name] for name in STATES}
        self.fields["reason"] = forms.CharField(
            label=_("Why"),
            required=False,
            max_length=300,
            help_text=_("An archived article keeps it in sight."),
        )


def needs_reason(form: forms.BaseForm, asked: dict[str, Any], *, name: str) -> None:
    """People say why they archive something; programs are asked for it and may leave it out."""
    if asked.get("confidence") == Confidence.ARCHIVED and not (asked.get(name) or "").strip():
        form.add_error(name, _("Say in a few words why it is archived."))


class PlanForm(forms.Form):
    """A state that the article will have from a date on."""

    confidence = Choice(label=_("Confidence"), required=False)
    audience = Choice(label=_("Audience"), required=False)
    due_at = forms.DateTimeField(
        label=_("From when"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, *args: Any, user: User, article: Article, **options: Any) -> None:
        super().__init__(*args, **options)
        validated = rules.options(user, article, confidence=Confidence.VALIDATED)
        here = rules.options(user, article)
        can_validate = Confidence.VALIDATED in here.confidence
        values = {
            "confidence": here.confidence,
            "audience": validated.audience if can_validate else here.audience,
        }
        for name, offered in values.items():
            field = self.fields[name]
            assert isinstance(field, Choice)
            field.known = frozenset(LABELS[name].values)
            choices = [(v, label) for v, label in LABELS[name].choices if v in offered]
            field.choices = [("", _("As it is")), *choices]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        needs_reason(self, asked, name="reason")
        return asked


class CalendarForm(forms.Form):
    """When the named editors look at an article under compliance, and how often."""

    review_every_days = forms.IntegerField(label=_("Review every (days)"), required=False)
    review_due_on = forms.DateField(
        label=_("Review due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: one such span from today."),
    )


class FlagForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is wrong?"), choices=Flag.Kind.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    passage = forms.CharField(label=_("Passage"), required=False)


class RateForm(forms.Form):
    comment = forms.CharField(
        label=Feedback._meta.get_field("comment").verbose_name,  # type: ignore[union-attr]
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    helpful = forms.NullBooleanField(required=False, widget=forms.HiddenInput)
