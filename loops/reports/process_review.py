"""pa/06: what process reviews found: link accuracy and capture loss, with ticket and articles."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.addresses import numbered
from loops.coaching import measures
from loops.models import Sample
from loops.reports.asked import Asked
from loops.reports.base import LINKS, Column, Row, share_columns
from loops.reports.reviews import Reviews
from loops.statistics.rates import Share

LOSSES = {
    "should_improve": gettext_lazy("an article should have been improved"),
    "should_create": gettext_lazy("an article should have been written"),
}


class ProcessReview(Reviews):
    key = "process-review"
    row = "pa/06"
    icon = "route"
    kind = Sample.Kind.PROCESS
    title = gettext_lazy("Process review")
    says = gettext_lazy(
        "Link accuracy: sampled links judged relevant, specific and actionable, of all sampled"
        " links. Capture loss: sampled tickets where something should have been written or"
        " improved and was not, of all sampled tickets. For the agent, the coach and the agent's"
        " own manager."
    )

    def domains(self, asked: Asked) -> Q:
        found = asked.in_domains("ticket__domain")
        if asked.tag:
            found &= Q(ticket__links__article__tags__contains=[asked.tag])
        if asked.q:
            number = Q(ticket__number__iexact=asked.q)
            found &= Q(ticket__subject__icontains=asked.q) | number
        return found

    def shares(self, samples: list[Sample]) -> dict[str, Share]:
        links = [right for one in samples for right in measures.link_judgements(one)]
        lost = [measures.lost(one) for one in samples]
        return {
            "link_accuracy": Share(sum(links), len(links)),
            "capture_loss": Share(sum(lost), len(lost)),
        }

    def figures(self, asked: Asked) -> list[Column]:
        return [
            Column("link_accuracy_n", _("Links sampled"), "number"),
            *share_columns("link_accuracy", _("Link accuracy"), "link_accuracy_n"),
            *share_columns("capture_loss", _("Capture loss"), "reviews"),
        ]

    def own_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("ticket", _("Ticket"), "link"),
            Column("subject", _("Subject")),
            Column("articles", _("Articles"), "link"),
            Column("links", _("Links sampled"), "number"),
            Column("right", _("Of these right"), "number"),
            Column("lost", _("Lost")),
        ]

    def cells(self, sample: Sample) -> Row:
        assert sample.ticket is not None
        judged = measures.link_judgements(sample)
        numbers = [str(one.get("article")) for one in sample.answers.get("links", [])]
        lost = [str(label) for key, label in LOSSES.items() if sample.answers.get(key) == "yes"]
        return {
            "ticket": sample.ticket.number,
            "subject": sample.ticket.subject,
            "articles": ", ".join(numbers),
            "links": len(judged),
            "right": sum(judged),
            "lost": "; ".join(lost),
            LINKS: {
                "ticket": numbered("solve:workspace", sample.ticket.number),
                "articles": [numbered("articles:detail", number) for number in numbers],
            },
        }
