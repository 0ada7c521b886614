"""Self-service: what readers outside searched, read and said, and how many got by without us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, View
from articles.models import Feedback as Said
from kcs.addresses import numbered
from loops.models import Opening, Search
from loops.reports import searches, visits
from loops.reports.asked import Asked
from loops.reports.base import LINKS, MOST, Column, Report, Row, Summary, Told
from loops.reports.feedback import SAYS
from loops.reports.searches import OUTSIDE, RESULTS, tickets_of_visits
from loops.reports.visits import CLASSES, CONFIRMED, GOING_ON, NONE, POTENTIAL, Visit
from loops.statistics.rates import Share
from tickets.models import Ticket

STRING, SEARCH, ARTICLE, VIEW, FEEDBACK, VISIT = (
    "string", "search", "article", "view", "feedback", "visit",
)  # fmt: skip
OUTSIDERS = tuple(searches.ROLES)
CHUNK = 500


def result_choices() -> list[tuple[str, Any]]:
    return list(RESULTS.items())


def outcome_choices() -> list[tuple[str, Any]]:
    return list(CLASSES.items())


class SelfService(Report):
    """One report, six lists of the same period: each search, view, feedback and visit stands in
    its own list once. What belongs to an article is narrowed by that article's branch, tag,
    owner and first author; a search belongs to the article that it led to."""

    key, row = "self-service", "pa/12"
    title = gettext_lazy("Self-service")
    says = gettext_lazy(
        "What readers outside searched for, read and said, and how many of them asked nobody."
    )
    icon = "life-buoy"
    filters = (
        "from", "to", "period", "domain", "category", "tag", "owner", "creator", "q",
    )  # fmt: skip
    open_people = ("owner", "creator")
    groups: ClassVar[Any] = {
        STRING: gettext_lazy("Search string"),
        ARTICLE: gettext_lazy("Article"),
        FEEDBACK: gettext_lazy("Feedback"),
        VISIT: gettext_lazy("Visit"),
        SEARCH: gettext_lazy("Search"),
        VIEW: gettext_lazy("View"),
    }
    choices: ClassVar[Any] = {
        "role": searches.role_choices,
        "result": result_choices,
        "outcome": outcome_choices,
    }

    def known(self) -> set[str]:
        return super().known() | {"string", "article", "printed"}

    # The rows that are told ---------------------------------------------------------------------

    def searched(self, asked: Asked) -> QuerySet[Any]:
        return searches.made(asked, OUTSIDE)

    def viewed(self, asked: Asked) -> QuerySet[View]:
        role = asked.chosen.get("role")
        found = View.objects.filter(asked.period(), asked.articles(), inside=False)
        return self._one(found.filter(role=role) if role else found, asked)

    def said(self, asked: Asked) -> QuerySet[Said]:
        role = asked.chosen.get("role")
        roles = [role] if role else OUTSIDERS
        found = Said.objects.filter(asked.period(), asked.articles(), role__in=roles)
        return self._one(found, asked)

    def printed(self, asked: Asked) -> QuerySet[Opening]:
        return self._one(
            Opening.objects.filter(
                asked.period("printed_at"), asked.articles(), searches.READER
            ),
            asked,
        )

    def _one(self, found: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
        number = asked.given.get("article")
        return found.filter(article__number=number.upper()) if number else found

    def stays(self, asked: Asked) -> list[Visit]:
        wanted = asked.chosen.get("outcome")
        found = visits.visits(asked)
        if asked.given.get("printed"):
            names = set(self.printed(asked).values_list("visit", flat=True))
            found = [one for one in found if one.name in names]
        return [one for one in found if wanted in (None, one.outcome(asked.now))]

    # Columns and rows ---------------------------------------------------------------------------

    def columns(self, asked: Asked) -> list[Column]:
        number = "number"
        if asked.by == ARTICLE:
            return [
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("domain", _("Domain")),
                Column("views", _("Views"), number),
                Column("printed", _("Printed"), number),
                Column("helped", _("It helped"), number),
                Column("not_helped", _("It did not help"), number),
                Column("comments", _("Comments"), number),
            ]
        if asked.by == VIEW:
            return [
                Column("at", _("Viewed"), "date"),
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("role", _("Role")),
            ]
        if asked.by == FEEDBACK:
            return [
                Column("at", _("Created"), "date"),
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("rating", _("Rating")),
                Column("comment", _("Comment")),
                Column("role", _("Role")),
                Column("visit", _("Visit"), "link"),
            ]
        if asked.by == VISIT:
            return [
                Column("visit", _("Visit"), "link"),
                Column("begins", _("Began"), "date"),
                Column("last", _("Last sign"), "date"),
                Column("searches", _("Searches"), number),
                Column("articles", _("Articles read"), number),
                Column("printed", _("Printed"), number),
                Column("escalated", _("Asked us")),
                Column("outcome", _("Deflection")),
            ]
        if asked.by == SEARCH:
            return search_columns()
        return [
            Column("string", _("Search string")),
            Column("searches", _("Searches"), number),
            Column("empty", RESULTS["empty"], number),
            Column("clicked", RESULTS["clicked"], number),
            Column("abandoned", RESULTS["abandoned"], number),
            Column("escalated", RESULTS["escalated"], number),
            Column("last", _("Last"), "date"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        lists: dict[str, Any] = {
            ARTICLE: self._articles,
            VIEW: self._views,
            FEEDBACK: self._feedback,
            VISIT: self._visits,
            SEARCH: lambda asked: search_rows(self.searched(asked), asked),
        }
        return lists.get(asked.by, self._strings)(asked)

    def _strings(self, asked: Asked) -> Iterator[Row]:
        return string_rows(self.searched(asked), asked, SEARCH)

    def _articles(self, asked: Asked) -> Iterator[Row]:
        counted: dict[int, Counter[str]] = {}
        sums: list[tuple[QuerySet[Any], dict[str, Any]]] = [
            (self.viewed(asked), {"views": Count("pk")}),
            (self.printed(asked), {"printed": Count("pk")}),
            (
                self.said(asked),
                {
                    "helped": Count("pk", filter=Q(helpful=True)),
                    "not_helped": Count("pk", filter=Q(helpful=False)),
                    "comments": Count("pk", filter=~Q(comment="")),
                },
            ),
        ]
        for found, counts in sums:
            for one in found.order_by().values("article").annotate(**counts):
                counted.setdefault(one.pop("article"), Counter()).update(one)
        names = ("pk", "number", "title", "domain__path")
        rows = list(Article.objects.filter(pk__in=list(counted)).order_by().values(*names))
        rows.sort(key=lambda one: (-counted[one["pk"]]["views"], one["pk"]))
        for one in rows:
            sums_of, number = counted[one["pk"]], one["number"]
            ways: dict[str, dict[str, Any]] = {
                "views": {"by": VIEW},
                "printed": {"by": VISIT, "printed": 1},
                "helped": {"by": FEEDBACK},
                "not_helped": {"by": FEEDBACK},
                "comments": {"by": FEEDBACK},
            }
            links = {
                name: asked.url(**{"article": number, **way})
                for name, way in ways.items()
                if sums_of[name]
            }
            yield {
                "article": number,
                "title": one["title"],
                "domain": one["domain__path"] or "",
                **{name: sums_of[name] for name in ways},
                LINKS: {"article": numbered("articles:detail", number), **links},
            }

    def _views(self, asked: Asked) -> Iterator[Row]:
        names = ("at", "article__number", "article__title", "role")
        for one in self.viewed(asked).order_by("-at", "-pk").values(*names)[: MOST + 1]:
            number = one["article__number"]
            yield {
                "at": one["at"],
                "article": number,
                "title": one["article__title"],
                "role": str(searches.ROLES.get(one["role"], one["role"])),
                LINKS: {"article": numbered("articles:detail", number)},
            }

    def _feedback(self, asked: Asked) -> Iterator[Row]:
        names = (
            "at", "article__number", "article__title", "helpful", "comment", "role", "visit",
        )  # fmt: skip
        for one in self.said(asked).order_by("-at", "-pk").values(*names)[: MOST + 1]:
            number = one["article__number"]
            links = {"article": numbered("articles:detail", number)}
            if one["visit"]:
                links["visit"] = log(one["visit"])
            yield {
                "at": one["at"],
                "article": number,
                "title": one["article__title"],
                "rating": str(SAYS[one["helpful"]]),
                "comment": one["comment"],
                "role": str(searches.ROLES.get(one["role"], one["role"])),
                "visit": short(one["visit"]),
                LINKS: links,
            }

    def _visits(self, asked: Asked) -> Iterator[Row]:
        for one in self.stays(asked):
            yield {
                "visit": short(one.name),
                "begins": one.begins,
                "last": one.last,
                "searches": one.searches,
                "articles": one.articles,
                "printed": one.printed,
                "escalated": _("Yes") if one.asked else "",
                "outcome": str(CLASSES[one.outcome(asked.now)]),
                LINKS: {"visit": log(one.name)},
            }

    # In all -------------------------------------------------------------------------------------

    def summary(self, asked: Asked) -> Summary:
        wide = asked.but(chosen={n: v for n, v in asked.chosen.items() if n == "role"})
        classes = Counter(one.outcome(asked.now) for one in visits.visits(wide))
        over = classes[CONFIRMED] + classes[POTENTIAL] + classes[NONE]
        [found] = searches.sums(
            self.searched(wide), {"searches": "count(*)", **searches.counting()}
        )
        success = Share(classes[CONFIRMED], over)
        told = [
            Told(label, classes[name], url=self.way(asked, VISIT, outcome=name))
            for name, label in CLASSES.items()
            if name != GOING_ON or classes[name]
        ]
        told.append(Told(_("Confirmed, of all visits"), success.value, "share"))
        told.append(Told(_("Searches"), found["searches"], url=self.way(asked, SEARCH)))
        told += [
            Told(label, found[f"n_{name}"], url=self.way(asked, SEARCH, result=name))
            for name, label in RESULTS.items()
            if name != searches.UNCLICKED
        ]
        told.append(Told(_("Views"), self.viewed(wide).count(), url=self.way(asked, VIEW)))
        told.append(Told(_("Feedback"), self.said(wide).count(), url=self.way(asked, FEEDBACK)))
        first = looked_first(asked)
        told.append(Told(_("Tickets whose requester looked first"), first.value, "share"))
        note = _("The three classes say how sure we are; they are never added up.")
        return Summary(n=over + classes[GOING_ON], share=success, told=told, note=note)

    def way(self, asked: Asked, by: str, **chosen: str) -> str:
        names = ("result", "outcome", "string", "article", "printed")
        return asked.url(by=by, **{name: chosen.get(name) for name in names})

    def chart(self, asked: Asked) -> Any:
        from loops.charts import Bars

        if asked.by != VISIT:
            return None
        classes = Counter(one.outcome(asked.now) for one in visits.visits(asked))
        shown = (CONFIRMED, POTENTIAL, NONE)
        return Bars(
            key="deflection",
            title=_("How visits ended"),
            subtitle=_("Three classes by how sure we are; they are never added up."),
            labels=[CLASSES[name] for name in shown],
            series=[(_("Visits"), [classes[name] for name in shown])],
            unit=_("visits"),
            links=[asked.url(by=VISIT, outcome=name) for name in shown],
        )


def looked_first(asked: Asked) -> Share:
    """Of the tickets that were written in the help centre, those whose requester had searched
    or read in the same visit."""
    written = Ticket.objects.filter(
        asked.period("created_at"), asked.tickets(""), asked.in_domains()
    )
    came = tickets_of_visits().filter(ticket__in=written.order_by().values("pk"))
    stays = list(came.values_list("stay", flat=True))
    signs = (Search.objects, Opening.objects)
    looked = {
        stay
        for rows in signs
        for stay in rows.filter(visit__in=stays).order_by().values_list("visit", flat=True)
    }
    return Share(sum(1 for stay in stays if stay in looked), len(stays))


# Shared with the other reports about searches -----------------------------------------------------


def log(visit: str) -> str:
    return reverse("insights:visit", args=[visit])


def short(visit: str) -> str:
    return visit[:6]


def string_rows(found: QuerySet[Any], asked: Asked, by: str) -> Iterator[Row]:
    """One row for each string, however it was written in capitals; the most searched first."""
    named = {"searches": "count(*)", "last": "max(at)", **searches.counting()}
    counted = searches.sums(found, named, by="text")
    counted.sort(key=lambda one: (-one["searches"], one["text"]))
    for one in counted[: MOST + 1]:
        links = {"searches": asked.url(by=by, string=one["text"])}
        for name in RESULTS:
            if one[f"n_{name}"]:
                links[name] = asked.url(by=by, string=one["text"], result=name)
        yield {
            "string": one["text"],
            "searches": one["searches"],
            **{name: one[f"n_{name}"] for name in RESULTS},
            "last": one["last"],
            LINKS: links,
        }


def search_columns() -> list[Column]:
    return [
        Column("at", _("Searched"), "date"),
        Column("string", _("Search string")),
        Column("where", _("Where")),
        Column("found", _("Found"), "number"),
        Column("rank", _("Place of the first click"), "number"),
        Column("led_to", _("Led to"), "link"),
        Column("result", _("What became of it")),
        Column("session", _("Session"), "link"),
    ]


def search_rows(found: QuerySet[Any], asked: Asked) -> Iterator[Row]:
    """One row for each search. Of a ticket or an article that the reader may not see nothing is
    said."""
    rows = found.select_related("ticket").order_by("-at", "-pk")[: MOST + 1].iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        seen = Article.objects.visible_to(asked.user).only("number", "title")
        articles = seen.in_bulk({one.led_to for one in chunk if one.clicked and one.led_to})
        for one in chunk:
            yield _search_row(one, articles.get(one.led_to))


def _search_row(one: Any, article: Article | None) -> Row:
    links: dict[str, str] = {}
    session, led_to = "", ""
    if one.visit:
        session, links["session"] = short(one.visit), log(one.visit)
    elif one.ticket is not None:
        session, links["session"] = one.ticket.number, one.ticket.get_absolute_url()
    if article is not None:
        led_to, links["led_to"] = article.number, article.get_absolute_url()
    return {
        "at": one.at,
        "string": one.query,
        "where": str(searches.WHERE[place(one)]),
        "found": one.count,
        "rank": one.click,
        "led_to": led_to,
        "result": ", ".join(str(RESULTS[name]) for name in became(one)),
        "session": session,
        LINKS: links,
    }


def place(one: Search) -> str:
    if one.channel == searches.HELP:
        return OUTSIDE
    return searches.SUGGESTED if one.kind == Search.Kind.SUGGESTED else searches.INSIDE


def became(one: Any) -> list[str]:
    """The names of what became of a search, as the filters have them."""
    told = []
    if one.clicked:
        told.append(searches.CLICKED)
    else:
        told.append(searches.UNCLICKED if one.count else searches.EMPTY)
    if one.escalated:
        told.append(searches.ESCALATED)
    if one.abandoned:
        told.append(searches.ABANDONED)
    return told
