"""pa/04: how many articles are in each state, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, ArticleEvent, Audience, Confidence, Governance
from kcs.addresses import numbered
from loops.charts import Bars
from loops.reports.asked import BEGINNING, Asked
from loops.reports.base import (
    HIDDEN,
    LINKS,
    MOST,
    Column,
    Report,
    Row,
    Summary,
    Told,
    hides_people,
)
from loops.reports.tallies import LABELS, RECORD, Group, Part, also_hidden, fewer
from people.models import Team, User

ASPECTS: dict[str, tuple[Any, Any]] = {
    "confidence": (gettext_lazy("Confidence"), Confidence),
    "audience": (gettext_lazy("Audience"), Audience),
    "governance": (gettext_lazy("Governance"), Governance),
}
STATE = "state"
STATES = {value: label for _says, values in ASPECTS.values() for value, label in values.choices}


class Percentile(Aggregate):
    """The value below which this share of all lies."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=share, output_field=DurationField(), **extra)


class States(Report):
    key = "states"
    row = "pa/04"
    icon = "layers"
    title = gettext_lazy("Articles by state")
    says = gettext_lazy(
        "How many articles are in each state of confidence, audience and governance, and since"
        " when. It is told as of the end of the period; with a beginning, only of what came into"
        " its state since then."
    )
    has_period = False
    filters = (
        "from", "to", "period", "team", "domain", "category", "tag", "role", "q", "owner",
        "creator", "origin", "origin_id",
    )  # fmt: skip
    open_people = ("owner", "creator")
    groups: ClassVar[Any] = {
        STATE: gettext_lazy("State"),
        "domain": gettext_lazy("Domain"),
        "category": gettext_lazy("Category"),
        "tag": gettext_lazy("Tag"),
        "role": gettext_lazy("Role"),
        RECORD: gettext_lazy("Record"),
    }
    choices: ClassVar[Any] = {
        "aspect": lambda: [(name, label) for name, (label, _values) in ASPECTS.items()],
        "confidence": lambda: Confidence.choices,
        "audience": lambda: Audience.choices,
        "governance": lambda: Governance.choices,
    }

    def aspects(self, asked: Asked) -> list[str]:
        """What is counted: the aspect that was asked for, or that of the states asked for."""
        if wanted := asked.chosen.get("aspect"):
            return [wanted]
        return [name for name in ASPECTS if name in asked.chosen] or list(ASPECTS)

    def articles(self, asked: Asked) -> QuerySet[Any]:
        """The articles that were there, with each state and since when, at that moment."""
        rows: QuerySet[Any] = Article.objects.filter(
            asked.articles(""), self._whose(asked), created_at__lt=asked.ends
        )
        for name in ASPECTS:
            moved = ArticleEvent.objects.filter(article=OuterRef("pk"), verb=name)
            before = moved.filter(at__lt=asked.ends).order_by("-at", "-pk")
            after = moved.filter(at__gte=asked.ends).order_by("at", "pk")
            to, since = KeyTextTransform("to", "detail"), before.values("at")[:1]
            from_ = KeyTextTransform("from", "detail")
            rows = rows.annotate(
                **{
                    f"{name}_then": Coalesce(
                        Subquery(before.annotate(told=to).values("told")[:1]),
                        Subquery(after.annotate(told=from_).values("told")[:1]),
                        F(name),
                        output_field=TextField(),
                    ),
                    f"{name}_since": Coalesce(Subquery(since), F("created_at")),
                }
            )
        for name in ASPECTS:
            if wanted := asked.chosen.get(name):
                rows = rows.filter(**{f"{name}_then": wanted})
        return rows

    def _whose(self, asked: Asked) -> Q:
        found = asked.in_role("created_by") if asked.role else Q()
        if isinstance(asked.team, Team):
            found &= Q(owner_team=asked.team) | Q(owner__team=asked.team)
        elif asked.team:
            found &= Q(owner_team=None, owner__team=None)
        return found

    # What is hidden -----------------------------------------------------------------------------

    def hides_all(self, asked: Asked) -> bool:
        """Whether it would tell of one person's articles, or a few people's: of authors or
        owners by name, of a role's first authors, of a team's owners."""
        about = self._about(asked)
        if not asked.least or not (about.authors or about.is_about_people):
            return False
        if "hides_all" not in asked.kept:
            found = self._behind(asked)
            # That somebody has no article is theirs to know, too.
            none = hides_people(about, (), 0)
            asked.kept["hides_all"] = found[0][2] if found else none
        return bool(asked.kept["hides_all"])

    def _about(self, asked: Asked) -> Asked:
        """What a team owns is its members': of a team of one it is that one's."""
        if isinstance(asked.owner, Team) and not asked.team:
            return asked.but(team=asked.owner)
        return asked

    def _behind(self, asked: Asked, group: Any = None) -> list[tuple[Group, int, bool]]:
        """Each group with the people whom its articles are about, how many those are, and
        whether that is too few. A state hides no list: it is some of those that are counted."""
        about, recent = self._about(asked), Q()
        for name in ASPECTS:
            recent |= self.since(asked, name)
        rows = self.articles(about.but(chosen={})).filter(recent).order_by()
        if group is None:
            group = Value(None, output_field=TextField())
        rows = rows.annotate(_group=group).values("_group")
        whose = [name for name, wanted in (
            ("created_by", about.role or about.by == "role"), ("owner", about.team),
        ) if wanted]  # fmt: skip
        groups: dict[Any, dict[str, Group]] = {}
        counts: dict[Any, int] = {}
        for field in whose or ["owner"]:
            told = rows.values_list("_group", field, "owner_team").annotate(n=Count("pk"))
            counts = {}
            for key, person, team, n in told:
                one = groups.setdefault(key, {}).setdefault(field, Group(key))
                counts[key] = counts.get(key, 0) + n
                if person is not None:
                    one.people.add(person)
                elif field == "owner" and team is not None:
                    one.people |= self._members(asked, team)
        return [
            (
                min(of.values(), key=lambda one: len(one.people)),
                counts[key],
                any(hides_people(about, one.people, counts[key]) for one in of.values()),
            )
            for key, of in groups.items()
        ]

    def _members(self, asked: Asked, team: int) -> set[int]:
        """Who stands behind what a team itself owns."""
        kept = asked.kept.setdefault("members", {})
        if team not in kept:
            members = User.objects.filter(team=team, is_active=True)
            kept[team] = set(members.values_list("pk", flat=True))
        found: set[int] = kept[team]
        return found

    # What is counted ----------------------------------------------------------------------------

    def age(self, asked: Asked, name: str) -> Any:
        until = Value(min(asked.now, asked.ends), output_field=DateTimeField())
        return ExpressionWrapper(until - F(f"{name}_since"), output_field=DurationField())

    def since(self, asked: Asked, name: str) -> Q:
        return Q() if asked.begins == BEGINNING else Q(**{f"{name}_since__gte": asked.begins})

    def counted(self, asked: Asked, name: str, **by: Any) -> list[dict[str, Any]]:
        """Number and ages of each state, in each group."""
        rows = self.articles(asked).filter(self.since(asked, name)).order_by()
        if by:
            rows = rows.annotate(**by)
        age = self.age(asked, name)
        return list(
            rows.values(*by, state=F(f"{name}_then")).annotate(
                articles=Count("pk"),
                oldest=Min(f"{name}_since"),
                median=Percentile(age, 0.5),
                p90=Percentile(age, 0.9),
            )
        )

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == RECORD:
            return [
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("domain", _("Domain")),
                *(
                    column
                    for name, (label, values) in ASPECTS.items()
                    for column in (
                        Column(name, label, labels=dict(values.choices)),
                        Column(f"{name}_since", _("Since"), "date"),
                        Column(f"{name}_age", _("For"), "duration"),
                    )
                ),
            ]
        head = [] if asked.by == STATE else [Column(asked.by, self.groups[asked.by])]
        return [
            *head,
            Column(
                "aspect", _("Aspect"), labels={n: said for n, (said, _v) in ASPECTS.items()}
            ),
            Column(STATE, _("State"), labels=STATES),
            Column("articles", _("Articles"), "number"),
            Column("oldest", _("Oldest since"), "date"),
            Column("median_age", _("Median age"), "duration"),
            Column("p90_age", _("90 % are younger than"), "duration"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if self.hides_all(asked):
            return []
        if asked.by == RECORD:
            return self.records(asked)
        return self.by_state(asked) if asked.by == STATE else self.by_group(asked)

    def _cells(self, asked: Asked, name: str, state: str, one: Row, **way: Any) -> Row:
        n = one.get("articles", 0)
        opened = asked.url(**{"by": RECORD, "aspect": name, name: state, **way}) if n else ""
        return {
            "aspect": name,
            STATE: state,
            "articles": n,
            "oldest": one.get("oldest"),
            "median_age": round(one["median"].total_seconds()) if n else None,
            "p90_age": round(one["p90"].total_seconds()) if n else None,
            LINKS: {"articles": opened} if opened else {},
        }

    def by_state(self, asked: Asked) -> Iterator[Row]:
        """Every state, those without articles too."""
        for name in self.aspects(asked):
            found = {one["state"]: one for one in self.counted(asked, name)}
            for state in ASPECTS[name][1].values:
                if asked.chosen.get(name) in (None, state):
                    yield self._cells(asked, name, state, found.get(state, {}))

    def by_group(self, asked: Asked) -> Iterator[Row]:
        part = Part(Article.objects.none(), {}, person="created_by", article="")
        hidden: set[Any] = set()
        if asked.least and asked.is_about_people:
            behind = self._behind(asked, part.group(asked.by))
            hidden = {group.key for group, _n, few in behind if few}
            hidden.add(also_hidden(asked, behind))
        for name in self.aspects(asked):
            rows = self.counted(asked, name, _group=part.group(asked.by))
            told = LABELS[asked.by](asked, [Group(one["_group"]) for one in rows])
            places = {state: place for place, state in enumerate(ASPECTS[name][1].values)}
            rows.sort(
                key=lambda one: (
                    str(told[one["_group"]][0][asked.by]).casefold(), places[one["state"]]
                )
            )  # fmt: skip
            said = set()
            for one in rows:
                head, way = told[one["_group"]]
                if one["_group"] in hidden:
                    # Once, whatever its states: which there are would tell, too.
                    if one["_group"] not in said:
                        yield {**head, "aspect": name, STATE: "", HIDDEN: True}
                    said.add(one["_group"])
                    continue
                yield {**head, **self._cells(asked, name, one["state"], one, **way)}

    def records(self, asked: Asked) -> Iterator[Row]:
        """One row an article: its three states, since when and for how long."""
        names = [f"{name}{end}" for name in ASPECTS for end in ("_then", "_since")]
        recent = Q()
        for name in self.aspects(asked):
            recent |= self.since(asked, name)
        rows = (
            self.articles(asked)
            .filter(recent)
            .order_by(f"{self.aspects(asked)[0]}_since", "pk")
            .values("number", "title", "domain__path", *names)[: MOST + 1]
        )
        until = min(asked.now, asked.ends)
        for one in rows.iterator(2000):
            told: Row = {
                "article": one["number"],
                "title": one["title"],
                "domain": one["domain__path"] or "",
                LINKS: {"article": numbered("articles:detail", one["number"])},
            }
            for name in ASPECTS:
                since = one[f"{name}_since"]
                told[name] = one[f"{name}_then"]
                told[f"{name}_since"] = since
                told[f"{name}_age"] = round((until - since).total_seconds())
            yield told

    def summary(self, asked: Asked) -> Summary:
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        name = self.aspects(asked)[0]
        found = self._found(asked, name)
        values = ASPECTS[name][1]
        told = [
            Told(
                state.label, found.get(state.value, 0), "number",
                asked.url(**{"by": RECORD, "aspect": name, name: state.value}),
                name=state.value,
            )
            for state in values
            if asked.chosen.get(name) in (None, state.value)
        ]  # fmt: skip
        return Summary(sum(found.values()), told=told)

    def _found(self, asked: Asked, name: str) -> dict[str, int]:
        if "found" not in asked.kept:
            rows = self.articles(asked).filter(self.since(asked, name)).order_by()
            counts = rows.values(state=F(f"{name}_then")).annotate(n=Count("pk"))
            asked.kept["found"] = {one["state"]: one["n"] for one in counts}
        return dict(asked.kept["found"])

    def chart(self, asked: Asked) -> Any:
        name = self.aspects(asked)[0]
        found, (label, values) = self._found(asked, name), ASPECTS[name]
        return Bars(
            key="states",
            title=_("Articles by %(aspect)s") % {"aspect": str(label).lower()},
            labels=[state.label for state in values],
            series=[(_("Articles"), [found.get(state.value, 0) for state in values])],
            unit=_("articles"),
            head=label,
        )
