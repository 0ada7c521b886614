"""Reports of reviews: what pa/05 and pa/06 have in common.

Results are for the person, the coach and the person's own manager, and for an administrator who
said why: `Sample.objects.readable_by` is the only way in. Whoever may read none of them at all
is refused, on the page, by the API and in exports; so is everybody who asks for somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.errors import NotAllowed
from loops.coaching import access
from loops.models import Sample
from loops.reports.asked import NONE, Asked
from loops.reports.base import (
    COMMON,
    HIDDEN,
    LINKS,
    MOST,
    Column,
    Report,
    Row,
    Summary,
    Told,
    share_cells,
)
from loops.reports.tallies import RECORD
from loops.statistics.rates import Share
from people.models import Team, User


class Reviews(Report):
    """Finished reviews of one kind, by single review, person or team."""

    kind: ClassVar[str]
    own_readers = True
    filters = COMMON
    groups: ClassVar[Any] = {
        RECORD: gettext_lazy("Review"),
        "person": gettext_lazy("Person"),
        "team": gettext_lazy("Team"),
    }

    def opens_to(self, user: User) -> bool:
        return Sample.objects.readable_by(user).filter(kind=self.kind, state="done").exists()

    def require(self, user: User) -> None:
        if not self.opens_to(user):
            raise NotAllowed(access.closed())

    # What subclasses say ---------------------------------------------------------------------

    def domains(self, asked: Asked) -> Q:
        """The condition on what was reviewed."""
        raise NotImplementedError

    def shares(self, samples: list[Sample]) -> dict[str, Share]:
        """The figures of these reviews by column."""
        raise NotImplementedError

    def figures(self, asked: Asked) -> list[Column]:
        raise NotImplementedError

    def cells(self, sample: Sample) -> Row:
        """One review as a row of its own columns."""
        raise NotImplementedError

    def own_columns(self, asked: Asked) -> list[Column]:
        raise NotImplementedError

    # What both do -----------------------------------------------------------------------------

    def samples(self, asked: Asked) -> QuerySet[Sample]:
        rows = Sample.objects.readable_by(asked.user).filter(
            self.domains(asked), asked.period("reviewed_at"), asked.who("person"),
            kind=self.kind, state="done",
        )  # fmt: skip
        if isinstance(asked.team, Team):
            rows = rows.filter(person__team=asked.team)
        elif asked.team == NONE:
            rows = rows.filter(person__team=None)
        return rows.select_related(
            "person__team", "reviewed_by", "ticket", "article", "version"
        )

    def found(self, asked: Asked) -> list[Sample]:
        """The reviews, the newest first. Read once: each one is a page that somebody judged."""
        if "found" not in asked.kept:
            rows = self.samples(asked).order_by("-reviewed_at", "-pk")
            asked.kept["found"] = list(rows[: MOST + 1])
        return list(asked.kept["found"])

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == RECORD:
            return [
                Column("reviewed_at", _("Reviewed"), "link"),
                Column("person", _("Person")),
                Column("team", _("Team")),
                *self.own_columns(asked),
                Column("reviewer", _("Reviewer")),
                Column("note", _("Note")),
            ]
        head = [Column(asked.by, self.groups[asked.by])]
        if asked.by == "person":
            head.append(Column("team", _("Team")))
        return [*head, Column("reviews", _("Reviews"), "number"), *self.figures(asked)]

    def rows(self, asked: Asked) -> Iterable[Row]:
        return self.records(asked) if asked.by == RECORD else self.grouped(asked)

    def records(self, asked: Asked) -> Iterator[Row]:
        for one in self.found(asked):
            own = self.cells(one)
            links = own.pop(LINKS, {})
            assert one.reviewed_at is not None
            yield {
                "reviewed_at": one.reviewed_at,
                "person": str(one.person),
                "team": str(one.person.team or ""),
                **own,
                "reviewer": str(one.reviewed_by or ""),
                "note": one.note,
                LINKS: {"reviewed_at": page_of(one), **links},
            }

    def grouped(self, asked: Asked) -> Iterator[Row]:
        """By name. A manager sees a figure about one person from the minimum on; person and
        coach talk about the single reviews, and see it with its n."""
        groups: dict[Any, list[Sample]] = {}
        for one in self.found(asked):
            key: Any = one.person if asked.by == "person" else one.person.team
            groups.setdefault(key, []).append(one)
        for key, samples in sorted(groups.items(), key=lambda pair: str(pair[0] or "~")):
            head: Row = {asked.by: str(key or _("No team"))}
            if asked.by == "person":
                head["team"] = str(key.team or "")
            way = {asked.by: key.pk if key else NONE}
            cells: Row = {"reviews": len(samples)}
            for name, share in self.shares(samples).items():
                cells |= share_cells(name, share)
                cells[f"{name}_n"] = int(share.n)
            links = {"reviews": asked.url(by=RECORD, **way)}
            if self.hides(asked, samples):
                head[HIDDEN] = True
                cells, links = dict.fromkeys(cells), {}
            yield {**head, **cells, LINKS: links}

    def hides(self, asked: Asked, samples: list[Sample]) -> bool:
        people = {one.person for one in samples}
        if len(samples) >= asked.least or len(people) > 1:
            return False
        [person] = people or {asked.user}
        return person != asked.user and not access.coaches(asked.user, person)

    def summary(self, asked: Asked) -> Summary:
        samples = self.found(asked)
        shares = self.shares(samples)
        labels = {column.name: column.label for column in self.figures(asked)}
        if samples and asked.person is not None and self.hides(asked, samples):
            return Summary(hidden=True, note=_("fewer than %(n)s") % {"n": asked.least})
        told = [
            Told(_("Reviews"), len(samples), "number", asked.url(by=RECORD), name="reviews"),
            *(
                Told(
                    labels[name], share.value, "share", asked.url(by=RECORD), name=name,
                    share=share,
                )
                for name, share in shares.items()
            ),
        ]  # fmt: skip
        return Summary(len(samples), next(iter(shares.values())), told)


def page_of(sample: Sample) -> str:
    return reverse("coaching:sample", args=[sample.pk])
