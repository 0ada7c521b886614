"""Verbs of a review: review, correct, skip. And what a ticket's review asks."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import measures
from loops.coaching.access import may_review
from loops.models import Link, Sample, SampleEvent
from people import actions as people_actions
from people.models import Notification, User

Verb = SampleEvent.Verb
YES, NO, NA = "yes", "no", "na"
ANSWERS = (YES, NO, NA)
# A text passes when at least this share of the applicable weight does.
PASS_MARK = 0.8

# What a process review asks, and the answer that is a good one; "existed" is a fact.
ASKS: dict[str, tuple[Any, str]] = {
    "searched": (gettext_lazy("Was the knowledge base searched, early enough to help?"), YES),
    "existed": (gettext_lazy("Did an article for this exist?"), ""),
    "linked_right": (gettext_lazy("Was it right what was linked, or that nothing was?"), YES),
    "should_improve": (
        gettext_lazy("Should an article have been improved or flagged, and was not?"),
        NO,
    ),
    "should_create": (
        gettext_lazy("Should an article have been created, and was not?"),
        NO,
    ),
}
LINK_ASKS: dict[str, Any] = {
    "relevant": gettext_lazy("Relevant: about this problem"),
    "specific": gettext_lazy("Specific: about this very case"),
    "actionable": gettext_lazy("Actionable: it could be followed as it stands"),
}


def links_of(sample: Sample) -> list[Link]:
    """The ticket's links, in the order in which they are asked about."""
    if sample.ticket is None:
        return []
    rows = Link.objects.filter(ticket=sample.ticket).order_by("at", "pk")
    return list(rows.select_related("article", "delivered"))


def criteria_of(sample: Sample) -> list[Any]:
    return list(sample.standard.criteria.all()) if sample.standard is not None else []


def _said(answers: dict[str, Any], key: str, field: str = "") -> str:
    value = answers.get(key)
    if value not in ANSWERS:
        raise BadValue(_("Answer yes, no or does not apply."), field=field or key)
    return str(value)


def judge_process(
    sample: Sample, answers: dict[str, Any]
) -> tuple[dict[str, Any], float, bool]:
    """The answers as they are kept, the share of good ones, and whether all were good.

    Whether the linking was right follows from the links where there are any.
    """
    unknown = set(answers) - {*ASKS, "links"}
    if unknown:
        raise BadValue(_("This is not asked here."), field=sorted(unknown)[0])
    links = links_of(sample)
    told = answers.get("links") or []
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise BadValue(_("Links are judged one by one."), field="links")
    by_article = {str(one.get("article", "")): one for one in told}
    extra = set(by_article) - {link.article.number for link in links}
    if extra:
        raise BadValue(_("This article is not linked to the ticket."), field="links")
    kept: dict[str, Any] = {"links": []}
    for link in links:
        number = link.article.number
        said = by_article.get(number, {})
        kept["links"].append(
            {"article": number, "version": link.delivered.number}
            | {ask: _said(said, ask, f"{ask}-{number}") for ask in LINK_ASKS}
        )
    for key in ASKS:
        if key != "linked_right" or not links:
            kept[key] = _said(answers, key)
    probe = Sample(kind=sample.kind, answers=kept)
    if links:
        judged = measures.link_judgements(probe)
        kept["linked_right"] = (YES if all(judged) else NO) if judged else NA
    checks = [
        kept[key] == good for key, (_ask, good) in ASKS.items() if good and kept[key] != NA
    ]
    if not checks:
        raise BadValue(
            _("At least one question applies; otherwise skip the sample."), field="searched"
        )
    return kept, sum(checks) / len(checks), all(checks)


def judge_content(
    sample: Sample, answers: dict[str, Any]
) -> tuple[dict[str, Any], float, bool]:
    """The answers, Σ weight·pass ÷ Σ applicable weight, and whether that is enough."""
    criteria = criteria_of(sample)
    unknown = set(answers) - {one.key for one in criteria}
    if unknown:
        raise BadValue(_("This is not asked here."), field=sorted(unknown)[0])
    kept = {one.key: _said(answers, one.key) for one in criteria}
    applicable = sum(one.weight for one in criteria if kept[one.key] != NA)
    if not applicable:
        raise BadValue(
            _("At least one question applies; otherwise skip the sample."),
            field=criteria[0].key if criteria else "",
        )
    passed = sum(one.weight for one in criteria if kept[one.key] == YES)
    score = passed / applicable
    return kept, score, score >= PASS_MARK


def require_reviewer(sample: Sample, by: User) -> None:
    if sample.person_id == by.pk:
        raise NotAllowed(_("Nobody reviews their own work."))
    if sample.state == Sample.State.DONE and sample.reviewed_by_id != by.pk:
        raise NotAllowed(_("Only whoever reviewed it corrects a review."))
    if sample.state == Sample.State.SKIPPED:
        raise Refused(_("This sample was skipped. Draw another one."))
    if not may_review(by, sample):
        raise NotAllowed(
            _("Only the person's own coach, or a domain expert who drew it, reviews this.")
        )


def _locked(sample: Sample) -> None:
    sample.refresh_from_db(from_queryset=Sample.objects.select_for_update(no_key=True))


@transaction.atomic
def review(sample: Sample, *, by: User, answers: dict[str, Any], note: str = "") -> Sample:
    """Judge a sample. Done again by the same reviewer it is a correction: what stood there
    before stays in the sample's trail."""
    _locked(sample)
    require_reviewer(sample, by)
    judge = judge_process if sample.kind == Sample.Kind.PROCESS else judge_content
    kept, score, passed = judge(sample, answers)
    again = sample.state == Sample.State.DONE
    note = note.replace("\x00", "").strip()
    if len(note) > 5000:
        raise BadValue(_("At most 5000 characters fit here."), field="note")
    if again and (kept, note) == (sample.answers, sample.note):
        return sample
    before = {"answers": sample.answers, "score": sample.score, "note": sample.note}
    sample.answers, sample.score, sample.passed, sample.note = kept, score, passed, note
    sample.state = Sample.State.DONE
    sample.reviewed_by = by
    # A correction does not move the review in time, or the sequential test would run anew.
    sample.reviewed_at = sample.reviewed_at or timezone.now()
    sample.save(
        update_fields=[
            "answers", "score", "passed", "note", "state", "reviewed_by", "reviewed_at",
        ]
    )  # fmt: skip
    detail: dict[str, Any] = {"answers": kept, "score": score, "note": note}
    if again:
        detail = {"from": before, "to": detail}
    sample.events.create(verb=Verb.CORRECTED if again else Verb.REVIEWED, by=by, detail=detail)
    people_actions.tell(
        [sample.person],
        by=by,
        kind=Notification.Kind.REVIEWED,
        # Nothing of the result: mails go through other people's machines.
        subject=_("A review of your work was corrected")
        if again
        else _("One of your solved tickets was reviewed")
        if sample.kind == Sample.Kind.PROCESS
        else _("One of your texts was reviewed"),
        url=reverse("coaching:sample", args=[sample.pk]),
    )
    return sample


@transaction.atomic
def skip(sample: Sample, *, by: User, reason: str) -> Sample:
    """Leave a sample out, and say why. It is never drawn again."""
    _locked(sample)
    require_reviewer(sample, by)
    if sample.state != Sample.State.DUE:
        raise Refused(_("This sample has been reviewed. Correct it instead."))
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise BadValue(_("Say why it is left out."), field="reason")
    sample.state = Sample.State.SKIPPED
    sample.note = reason
    sample.save(update_fields=["state", "note"])
    sample.events.create(verb=Verb.SKIPPED, by=by, detail={"reason": reason})
    return sample
