"""pa/26: what articles, and the tickets of one, have in common."""

import pytest

from loops.evolve.jobs import JOBS
from loops.models import Link, Pattern
from tests import make
from tests.loops.reports.protocol import ago, day, is_closed, rows, show_all, told

pytestmark = pytest.mark.django_db
KEY = "patterns"
SLOW = "The till is slow when the shift begins. It takes a minute until the first bill opens."
DISK = "The disk of the tablet is full of old pictures of receipts, so nothing can be written."
NETWORK = "Another machine has the same address, and the router drops every second packet."
DRAWER = "The cash drawer stays shut after a payment, although the bell rings."
BOLD = "Guests get mails in which all prices stand in bold type and in a strange font."


@pytest.fixture
def world():
    """A cluster of each kind, and a control of each."""
    show_all()

    class World:
        coach = make.coach()
        agent = make.contributor(team=make.team())
        branch = make.domain("till")

    def article(title, issue, cause, **fields):
        return make.public_article(
            by=World.coach, title=title, issue=issue, cause=cause,
            domain=World.branch, **fields,
        )  # fmt: skip

    # Two that look alike and are not; one that looks alike because it is the same (a control).
    World.slow = article("The till is slow in the morning", SLOW, DISK)
    World.also_slow = article("Slow till at the beginning of a shift", SLOW, NETWORK)
    # The same disk, and nobody would think so; and its neighbour by chance, with another cause.
    World.shut = article("The drawer stays shut", DRAWER, DISK + " Nothing else helps.")
    World.bold = article(
        "Mails in bold type", BOLD, "The mail template was copied from a word processor."
    )
    for one, version, count in (
        (World.shut, "6.3", 9), (World.shut, "6.2", 1),
        (World.bold, "6.2", 5), (World.bold, "6.3", 1), (World.bold, "6.1", 5),
        (World.slow, "6.2", 9), (World.also_slow, "6.1", 1), (World.slow, "6.1", 9),
    ):  # fmt: skip
        for n in range(count):
            Link.objects.create(
                ticket=make.ticket(environment={"Till app": version}), article=one,
                by=World.agent, version=one.versions.get(), delivered=one.versions.get(),
                at=ago(days=40 if n % 2 else 4),
            )  # fmt: skip
    JOBS["patterns"].run()
    return World


def numbers(*articles):
    return ", ".join(sorted((one.number for one in articles), key=lambda n: int(n[3:])))


def test_a_planted_cluster_of_each_kind_is_listed_and_a_control_is_not(world):
    # acceptance: pa/26
    found = told(world.coach, KEY)["rows"]
    assert {(row["kind"], row["numbers"]) for row in found} == {
        ("Same symptom, different causes", numbers(world.slow, world.also_slow)),
        ("Same cause, different symptoms", numbers(world.slow, world.shut)),
        ("Bound to an environment", numbers(world.shut)),
    }
    bound = next(row for row in found if row["kind"].startswith("Bound"))
    assert bound["pattern"] == "Till app: 6.3"
    assert bound["evidence"] == "9 of its 10 tickets (90%), of all others 3%"
    assert bound["tickets"] == 10
    parts = rows(world.coach, KEY, "article", "tickets", by="article", kind="symptom")
    assert sorted(parts) == sorted([(world.slow.number, 18), (world.also_slow.number, 1)])


def test_half_the_period_branch_and_kind(world):
    # acceptance: pa/26
    half = {"to": day(ago(days=20))}
    found = dict(rows(world.coach, KEY, "kind", "tickets", **half))
    assert found == {
        "Same symptom, different causes": 8, "Same cause, different symptoms": 12,
        "Bound to an environment": 4,
    }  # fmt: skip
    assert len(rows(world.coach, KEY, "kind", domain="till", kind="cause")) == 1
    make.domain("kiosk")
    assert rows(world.coach, KEY, "kind", domain="kiosk") == []
    assert rows(world.coach, KEY, "kind", to=day(ago(days=300))) == []
    assert is_closed(KEY)


def test_twice_is_once_and_what_is_no_pattern_any_more_goes(world):
    before = list(Pattern.objects.order_by("pk").values_list("pk", "key", "found_at"))
    JOBS["patterns"].run()
    assert list(Pattern.objects.order_by("pk").values_list("pk", "key", "found_at")) == before
    type(world.shut).objects.filter(pk=world.shut.pk).update(cause="The bell is loose.")
    JOBS["patterns"].run()
    assert not Pattern.objects.filter(kind="cause").exists()


def test_tickets_of_private_teams_make_no_pattern(world):
    team = make.team(private=True)
    for ticket in [link.ticket for link in world.shut.links.all()]:
        type(ticket).objects.filter(pk=ticket.pk).update(team=team)
    JOBS["patterns"].run()
    assert not Pattern.objects.filter(kind="environment").exists()
