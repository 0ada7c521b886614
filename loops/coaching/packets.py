"""Competencies are proposed with the evidence of that day, and decided by who may know it.

Decided by the person's coach, or by an administrator who opened the results and said why, and
never by the person. A second coach would be a fourth pair of eyes on results that are for three.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Version
from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import access, measures, sampling
from loops.models import CoachNote, Link, Proposal, Sample
from people import actions as people_actions
from people.models import Notification, User


def evidence(person: User, *, by: User) -> dict[str, Any]:
    """What speaks for and against, as it stands now: figures with their n and interval, the
    test's verdicts, the reviews behind them, and whether others use what the person wrote.

    No other person appears in it, and no rank.
    """
    done = list(Sample.objects.readable_by(by).filter(person=person, state="done"))
    since = sampling.granted_at(person)
    told = measures.figures(done)
    verdicts = measures.verdicts(done, since=since)
    now = timezone.now()
    return {
        "at": now.isoformat(timespec="seconds"),
        "competency": person.competency,
        "held_since": since.date().isoformat() if since else None,
        "days_held": (now - since).days if since else None,
        "reviewed": {
            kind: sum(one.kind == kind for one in done) for kind in Sample.Kind.values
        },
        "figures": {figure.key: figure.plain() for figure in told},
        "verdicts": {
            kind: {"state": one.state, "n": one.n, "passed": one.passed}
            for kind, one in verdicts.items()
        },
        "samples": sorted(one.pk for one in done),
        "reuse_by_others": reuse_by_others(person, by=by),
    }


def reuse_by_others(person: User, *, by: User) -> dict[str, int]:
    """How many articles the person wrote at were used by colleagues, and how many colleagues
    that were: use by others, not a count of acts. Only tickets that the coach may see."""
    from tickets.models import Ticket

    wrote = Version.objects.filter(by=person).values("article")
    links = Link.objects.resolutions().filter(
        article__in=wrote, ticket__in=Ticket.objects.visible_to(by)
    )
    told = links.exclude(by=person).aggregate(
        articles=Count("article", distinct=True), colleagues=Count("by", distinct=True)
    )
    return {"articles": told["articles"], "colleagues": told["colleagues"]}


@transaction.atomic
def propose(person: User, *, competency: str, reason: str, by: User) -> Proposal:
    """Propose a competency for a coachee, with the evidence frozen as it is."""
    access.require_coach(by, person)
    if competency not in User.Competency.values:
        raise BadValue(_("There is no such competency."), field="competency")
    if competency == person.competency:
        raise BadValue(_("The person has this competency already."), field="competency")
    reason = reason.strip()[:5000]
    if not reason:
        raise BadValue(_("Say why, in a few words."), field="reason")
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                person=person,
                competency=competency,
                evidence=evidence(person, by=by),
                reason=reason,
                by=by,
            )
    except IntegrityError as error:
        if "proposal_one_open" not in str(error):
            raise
        raise Refused(
            _("A proposal for this person is open already. Decide it first.")
        ) from error
    people_actions.tell(
        [person],
        by=by,
        kind=Notification.Kind.PROPOSED,
        subject=made.get_competency_display(),
        text=reason,
        url=reverse("coaching:me"),
    )
    return made


def may_decide(by: User, person: User) -> bool:
    return access.role(by, person) in (access.COACH, access.ADMINISTRATOR)


@transaction.atomic
def decide(proposal: Proposal, *, by: User, granted: bool, answer: str = "") -> Proposal:
    """Grant what was proposed, or decline it with a word why. The person is told."""
    proposal.refresh_from_db(from_queryset=Proposal.objects.select_for_update(no_key=True))
    person = proposal.person
    if by.pk == person.pk:
        raise NotAllowed(_("Nobody decides about their own competency."))
    if not may_decide(by, person):
        raise NotAllowed(
            _("The person's coach decides, or an administrator who opened the results.")
        )
    if proposal.state != Proposal.State.OPEN:
        raise Refused(_("This proposal has been decided."))
    answer = " ".join(answer.split())[:1000]
    if not granted and not answer:
        raise BadValue(_("Say why not: the person learns from it."), field="answer")
    if granted:
        # The account's history is read by all administrators: it names the packet, and the
        # packet stays with those who may open it.
        people_actions.grant(
            person,
            competency=proposal.competency,
            by=by,
            evidence=_("Proposal %(n)s by %(coach)s, with its evidence packet")
            % {"n": proposal.pk, "coach": proposal.by},
        )
    proposal.state = Proposal.State.GRANTED if granted else Proposal.State.DECLINED
    proposal.decided_by, proposal.decided_at, proposal.answer = by, timezone.now(), answer
    proposal.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    people_actions.tell(
        [person, proposal.by],
        by=by,
        kind=Notification.Kind.PROPOSED,
        subject=_("%(competency)s: granted") % {"competency": proposal.get_competency_display()}
        if granted
        else _("%(competency)s: not yet") % {"competency": proposal.get_competency_display()},
        text=answer,
        url=reverse("coaching:person", args=[person.pk]),
    )
    return proposal


@transaction.atomic
def write_note(person: User, *, by: User, text: str, shared: bool = True) -> CoachNote:
    """Keep what was talked about. A shared note is read by the coachee and the manager too."""
    access.require_coach(by, person)
    text = text.replace("\x00", "").strip()
    if not text:
        raise BadValue(_("Write something first."), field="text")
    if len(text) > 10_000:
        raise BadValue(_("At most 10,000 characters fit here."), field="text")
    return CoachNote.objects.create(coach=by, person=person, text=text, shared=shared)
