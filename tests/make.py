"""Makers reach a state the way people do: by calling the verbs."""

from itertools import count
from typing import Any

from articles import actions as article_actions
from articles.models import Article
from loops.coaching import reviewing, sampling
from loops.models import Sample
from loops.solve import actions as solve_actions
from people import actions as people_actions
from people.models import Domain, Organisation, SiteSettings, Team, User
from tickets import actions as ticket_actions
from tickets.models import Ticket

number = count(1)
PASSWORD = "a-quite-long-password"


def user(competency: str = "contributor", **fields: Any) -> User:
    """An agent; with an empty competency a customer."""
    n = next(number)
    fields.setdefault("email", f"person{n}@example.org")
    fields.setdefault("name", f"Person {n}")
    made = User.objects.create_user(password=PASSWORD, **fields)
    if competency:
        people_actions.grant(made, competency=competency, by=_root())
    return made


def _root() -> User:
    """Somebody who may do everything about people, for the makers themselves."""
    return User.objects.filter(email="root@example.org").first() or (
        User.objects.create_superuser(email="root@example.org", name="Root")
    )


def candidate(**fields: Any) -> User:
    return user("candidate", **fields)


def contributor(**fields: Any) -> User:
    return user("contributor", **fields)


def publisher(**fields: Any) -> User:
    return user("publisher", **fields)


def administrator(**fields: Any) -> User:
    return user("publisher", is_superuser=True, is_staff=True, **fields)


def customer(**fields: Any) -> User:
    return user("", **fields)


def team(name: str = "", **fields: Any) -> Team:
    return Team.objects.create(name=name or f"Team {next(number)}", **fields)


def organisation(**fields: Any) -> Organisation:
    fields.setdefault("name", f"Organisation {next(number)}")
    return Organisation.objects.create(**fields)


def domain(slug: str = "", parent: Domain | None = None, **fields: Any) -> Domain:
    slug = slug or f"branch-{next(number)}"
    return people_actions.plant(
        by=_root(), name=fields.pop("name", slug.title()), slug=slug, parent=parent
    )


def article(*, by: User | None = None, **fields: Any) -> Article:
    """An article with a resolution, not validated; `by` needs the rights to set more."""
    fields.setdefault("title", "The printer shows error 79")
    fields.setdefault("issue", "It prints a page of symbols")
    fields.setdefault("resolution", "Update the firmware.")
    fields.setdefault("confidence", "not_validated")
    return article_actions.create(by=by or contributor(), **fields)


def public_article(*, by: User | None = None, **fields: Any) -> Article:
    """A validated article that everybody may read."""
    fields = {"confidence": "validated", "audience": "public", **fields}
    return article(by=by or publisher(), **fields)


def ticket(**fields: Any) -> Ticket:
    """A new request by a requester with an address."""
    fields.setdefault("subject", "Printer prints symbols")
    fields.setdefault("description", "It prints a page of symbols since this morning.")
    if "requester" not in fields:
        fields["requester"] = ticket_actions.requester_for(
            email=f"asks{next(number)}@example.com", name="Maya Lindqvist"
        )
    return ticket_actions.receive(by=None, **fields)


def searched(ticket: Ticket, *, by: User) -> Ticket:
    """The ticket after its suggestions were opened."""
    solve_actions.suggest(ticket, by=by)
    return ticket


def solved_ticket(*, by: User | None = None, article: Article | None = None) -> Ticket:
    """A ticket solved by reuse."""
    by = by or contributor()
    made = searched(ticket(), by=by)
    solve_actions.link(made, article or public_article(), by=by)
    return solve_actions.solve(made, by=by)


def gate(mode: str) -> None:
    """Set how strict the gate is."""
    site = SiteSettings.load()
    site.gate_mode = mode
    site.save(update_fields=["gate_mode"])


def coach(**fields: Any) -> User:
    return publisher(is_coach=True, **fields)


def coachee(competency: str = "contributor", **fields: Any) -> User:
    """Somebody with a coach, and a team with a manager."""
    if "coach" not in fields:
        fields["coach"] = coach()
    if "team" not in fields:
        fields["team"] = team(manager=contributor())
    return user(competency, **fields)


def silent_ticket(*, by: User, reason: str = "account_action") -> Ticket:
    """A ticket solved without knowledge."""
    return solve_actions.solve(
        searched(ticket(), by=by), by=by, outcome="no_knowledge", reason=reason
    )


def answers(sample: Sample, **other: Any) -> dict[str, Any]:
    """Every answer a good one, but for those that are named; `links` is the answer to all three
    questions about each link."""
    if sample.kind == "content":
        asked = {one.key: "yes" for one in reviewing.criteria_of(sample)}
        return {**asked, **other}
    said = other.pop("links", "yes")
    judged = [
        {"article": link.article.number, **dict.fromkeys(reviewing.LINK_ASKS, said)}
        for link in reviewing.links_of(sample)
    ]
    asked = {name: good or "yes" for name, (_label, good) in reviewing.ASKS.items()}
    return {**asked, "links": judged, **other}


def sample(person: User, *, kind: str = "content", n: int = 1) -> list[Sample]:
    """Drawn by the person's coach, from work that is there."""
    assert person.coach is not None
    return sampling.draw(person, kind=kind, n=n, by=person.coach, seed=1)


def reviewed(person: User, *, kind: str = "content", note: str = "", **other: Any) -> Sample:
    """A finished review of something new of this person's."""
    if kind == "content":
        article(by=person)
    else:
        solved_ticket(by=person)
    drawn = sample(person, kind=kind)[0]
    assert person.coach is not None
    return reviewing.review(drawn, by=person.coach, answers=answers(drawn, **other), note=note)
