"""The page of consistency: questions with several answers, and pairs that contradict each other,
as far as the reader sees the articles; and the verb that makes somebody mend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.errors import BadValue, Refused
from loops.charts import Lines, Series
from loops.charts.figures import number, percent, step_label
from loops.evolve.improvements import actions as improvements
from loops.evolve.promises import figures, findings
from loops.evolve.promises.consistency import CONSISTENCY, CONTRADICTIONS
from loops.evolve.scope import Scope
from loops.models import Finding, Improvement, Pair
from people.models import User

KINDS: dict[str, Any] = {
    "quantity": gettext_lazy("Different quantities"),
    "negation": gettext_lazy("One says not to"),
    "steps": gettext_lazy("Other steps"),
}
SHOWN = 30


@dataclass(frozen=True)
class Answer:
    article: Article
    n: int
    part: str
    url: str


@dataclass(frozen=True)
class Question:
    """One question with several answers in use."""

    answers: list[Answer]
    n: int
    value: str
    interval: str
    silent: int
    small: bool


@dataclass(frozen=True)
class Side:
    article: Article
    quote: str


@dataclass
class Contradiction:
    """Two articles that cannot both be right, and what was proposed about them."""

    pair: int
    kind: str
    says: str
    older: Article
    newer: Article
    conflicts: list[tuple[str, str]]
    improvement: Improvement | None = None

    @property
    def sides(self) -> list[Side]:
        here, there = self.conflicts[0] if self.conflicts else ("", "")
        return [Side(self.older, here), Side(self.newer, there)]


@dataclass
class Page:
    told: figures.Told | None
    chart: Lines | None
    questions: list[Question] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    computed: Any = None
    since: str = ""
    more: int = 0

    @property
    def all_told(self) -> list[figures.Told]:
        return [self.told] if self.told else []


def page(scope: Scope, user: User) -> Page:
    """Every reader's page: what it counts leaves private teams out; a domain narrows it to the
    articles of that branch."""
    known = findings.read([CONSISTENCY, CONTRADICTIONS])
    found = known.get(CONSISTENCY)
    if found is None:
        return Page(None, None)
    pairs = known[CONTRADICTIONS].data["pairs"] if CONTRADICTIONS in known else []
    ids = {one["id"] for row in found.data["several"] for one in row["articles"]}
    ids |= {pair[side] for pair in pairs for side in ("older", "newer")}
    articles = _articles(ids, scope, user)
    questions = [
        question
        for row in found.data["several"]
        if (question := _question(row, articles, found.data)) is not None
    ]
    contradictions = list(_contradictions(pairs, articles))
    return Page(
        _told(found.data["all"], found.data["questions"]),
        _chart(found.data["months"]),
        questions[:SHOWN],
        contradictions[:SHOWN],
        found.computed_at,
        date_format(date.fromisoformat(found.data["since"]), "SHORT_DATE_FORMAT"),
        max(0, len(contradictions) - SHOWN) + max(0, len(questions) - SHOWN),
    )


def _articles(ids: Iterable[int], scope: Scope, user: User) -> dict[int, Article]:
    rows = Article.objects.visible_to(user).filter(pk__in=ids)
    if scope.domains is not None:
        rows = rows.filter(domain__in=sorted(scope.domains))
    rows = rows.only(
        "number", "title", "language", "confidence", "audience", "domain", "version_number"
    )
    return {row.pk: row for row in rows}


def _told(everything: dict[str, Any], questions: int) -> figures.Told:
    says = _("over %(n)s questions that were answered twice and more") % {
        "n": number(questions)
    }
    if everything["value"] is None:
        return figures.Told(_("Answer consistency"), "–", "", 0, says)
    between = f"{percent(everything['low'])} – {percent(everything['high'])}"
    return figures.Told(
        _("Answer consistency"), percent(everything["value"]), between, everything["n"], says
    )


def _chart(months: list[dict[str, Any]]) -> Lines:
    return Lines(
        key="consistency",
        title=_("Answer consistency"),
        subtitle=_("Chance that two people who ask the same get the same article"),
        labels=[step_label(date.fromisoformat(row["month"]), "month") for row in months],
        series=[
            Series(
                _("Answer consistency"),
                [row["value"] for row in months],
                low=[row["low"] for row in months],
                high=[row["high"] for row in months],
                n=[row["n"] for row in months],
            )
        ],
        format="percent",
        head=_("Month"),
        low=0.0,
        high=1.0,
        labels_shown=7,
        note=_(
            "One article for everything would make it perfect. Read it with the contradictions."
        ),
    )


def _question(
    row: dict[str, Any], articles: dict[int, Article], period: dict[str, Any]
) -> Question | None:
    # Half an answer is none: who may not see one of the articles is not told of the others.
    if not all(one["id"] in articles for one in row["articles"]):
        return None
    return Question(
        [
            Answer(
                articles[one["id"]],
                one["n"],
                percent(one["n"] / row["n"]),
                _solved_with(articles[one["id"]], period),
            )
            for one in row["articles"]
        ],
        row["n"],
        percent(row["value"]),
        f"{percent(row['low'])} – {percent(row['high'])}",
        row["silent"],
        row["n"] < figures.ENOUGH,
    )


def _solved_with(article: Article, period: dict[str, Any]) -> str:
    """The tickets that it was the answer to."""
    asked = {"from": period["since"], "to": period["until"], "answer": article.number}
    return f"{reverse('insights:tickets')}?{urlencode(asked)}"


def key_of(kind: str, pair: int) -> str:
    """What makes it the same proposal tomorrow: the night's own list has the same."""
    return f"{kind}:pair:{pair}"


def _contradictions(
    pairs: list[dict[str, Any]], articles: dict[int, Article]
) -> Iterable[Contradiction]:
    """What is still to be decided: a pair that is merged or no pair any more, and one whose
    proposal was declined, do not come back."""
    seen = [pair for pair in pairs if pair["older"] in articles and pair["newer"] in articles]
    open_pairs = set(
        Pair.objects.filter(
            pk__in=[pair["pair"] for pair in seen], state=Pair.State.OPEN
        ).values_list("pk", flat=True)
    )
    rows = Improvement.objects.filter(pair__in=open_pairs).order_by("pk")
    proposed = {row.pair_id: row for row in rows}
    for pair in seen:
        improvement = proposed.get(pair["pair"])
        declined = improvement is not None and improvement.state == Improvement.State.DECLINED
        if pair["pair"] not in open_pairs or declined:
            continue
        yield Contradiction(
            pair["pair"],
            pair["kind"],
            str(KINDS[pair["kind"]]),
            articles[pair["older"]],
            articles[pair["newer"]],
            [(here, there) for here, there in pair["conflicts"][:1]],
            improvement,
        )


@transaction.atomic
def propose(pair: int, *, by: User, kind: str) -> Improvement:
    """Make somebody decide between two answers: merge them, or mend the one that is wrong. The
    proposal quotes both, and is made once."""
    if kind not in (Improvement.Kind.MERGE, Improvement.Kind.FIX):
        raise BadValue(_("Merge or fix."), field="kind")
    kept = (
        Finding.objects.select_for_update(no_key=True)
        .filter(key=CONTRADICTIONS, scope=findings.ALL)
        .first()
    )
    rows = kept.data["pairs"] if kept else []
    row = next((row for row in rows if row["pair"] == pair), None)
    seen = Article.objects.visible_to(by).in_bulk([row["older"], row["newer"]]) if row else {}
    if row is None or len(seen) < 2:
        raise BadValue(_("There is no such contradiction."), field="pair")
    if Improvement.objects.filter(pair=pair).exists():
        raise Refused(_("Somebody has proposed this already."))
    older, newer = seen[row["older"]], seen[row["newer"]]
    made = improvements.propose(
        by=by,
        kind=kind,
        title=_title(kind, older, newer),
        text=_quoted(row, older, newer),
        article=newer,
    )
    made.key, made.pair_id = key_of(kind, pair), pair
    made.save(update_fields=["key", "pair"])
    return made


def _title(kind: str, older: Article, newer: Article) -> str:
    told = {"older": older.number, "newer": newer.number}
    if kind == Improvement.Kind.MERGE:
        return _("Merge %(older)s and %(newer)s: they answer one question differently") % told
    return _("Decide between %(older)s and %(newer)s: they contradict each other") % told


def _quoted(row: dict[str, Any], older: Article, newer: Article) -> str:
    """Both articles in their own words, so that whoever decides sees what it is about."""
    lines = [f"{older.number}: {older.title}", f"{newer.number}: {newer.title}"]
    for here, there in row["conflicts"]:
        lines += ["", f"{older.number}: “{here}”", f"{newer.number}: “{there}”"]
    return "\n".join(lines)
