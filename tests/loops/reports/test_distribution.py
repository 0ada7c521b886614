"""pa/10: how reuse is spread over the articles."""

import pytest

from articles.models import Article
from loops.models import Link
from loops.solve import actions
from tests import make
from tests.loops.reports.protocol import ago, day, is_closed, opened, rows, show_all, told

pytestmark = pytest.mark.django_db
KEY = "reuse-distribution"


@pytest.fixture
def world():
    """Four articles that were reused 9, 3, 1 and 0 times; a third of the first long ago."""
    show_all()

    class World:
        coach = make.coach()
        agent = make.contributor(team=make.team())
        one, two = make.publisher(name="One"), make.publisher(name="Two")
        branch = make.domain("till")
        articles = (
            make.public_article(by=one, owner=one, domain=branch, title="Nine"),
            make.public_article(by=one, owner=two, domain=branch, title="Three"),
            make.public_article(by=two, owner=two, title="Once"),
            make.public_article(by=two, title="Never"),
        )

    Article.objects.update(created_at=ago(days=90))
    for article, count in zip(World.articles, (9, 3, 1, 0), strict=True):
        for n in range(count):
            made = Link.objects.create(
                ticket=make.ticket(), article=article, by=World.agent,
                version=article.versions.get(), delivered=article.versions.get(),
                at=ago(days=40 if n % 3 == 2 else 4),
            )  # fmt: skip
            assert made.kind == "resolution"
    # Neither a reference nor the ticket that an article was written from is reuse.
    actions.link(make.ticket(), World.articles[3], by=World.agent, kind="reference")
    first = make.searched(make.ticket(), by=World.agent)
    actions.create(first, by=World.agent, title="New", resolution="So.")
    return World


def test_bars_and_the_line_are_as_planted(world):
    # acceptance: pa/10
    names = ("title", "reuses", "added", "share")
    assert rows(world.coach, KEY, *names) == [
        ("Nine", 9, 9, round(9 / 13, 4)), ("Three", 3, 12, round(12 / 13, 4)),
        ("Once", 1, 13, 1.0), ("Never", 0, 13, 1.0), ("New", 0, 13, 1.0),
    ]  # fmt: skip
    half = {"from_": day(ago(days=20))}
    assert rows(world.coach, KEY, "title", "reuses", **half) == [
        ("Nine", 6), ("Three", 2), ("Once", 1), ("Never", 0), ("New", 0),
    ]  # fmt: skip
    spread = rows(world.coach, KEY, "reuses", "articles", "added", by="count")
    assert spread == [(0, 2, 2), (1, 1, 3), (3, 1, 4), (9, 1, 5)]
    row = told(world.coach, KEY)["rows"][0]
    assert opened(world.coach, row, "reuses", KEY) == 9
    assert rows(world.coach, KEY, "title", to=day(ago(days=200))) == []


def test_the_chart_is_drawn_with_the_same_numbers(client, world):
    # acceptance: pa/10
    client.force_login(world.coach)
    page = client.get(f"/insights/reports/{KEY}/").content.decode()
    assert "<svg" in page
    number = world.articles[0].number
    assert f"{number}: 9, 69%" in page.replace("\xa0", "").replace("\u202f", "")


def test_owner_and_first_author_give_different_sets(world):
    # acceptance: pa/10
    one, two = world.one.email, world.two.email
    assert rows(world.coach, KEY, "title", owner=one) == ["Nine"]
    assert rows(world.coach, KEY, "title", owner=two) == ["Three", "Once", "Never"]
    assert rows(world.coach, KEY, "title", creator=one) == ["Nine", "Three"]
    assert rows(world.coach, KEY, "title", creator=two) == ["Once", "Never"]
    assert rows(world.coach, KEY, "title", domain="till") == ["Nine", "Three"]
    assert rows(world.coach, KEY, "title", category="till") == ["Nine", "Three"]
    assert rows(world.coach, KEY, "reuses", role="publisher") == [0] * 5


def test_it_is_for_readers_of_figures(world):
    # acceptance: pa/10
    assert is_closed(KEY)


def test_narrowed_to_one_person_too_few_are_hidden(world):
    site = make.SiteSettings.load()
    site.figures_minimum = 20
    site.save()
    manager = make.contributor()
    type(world.agent.team).objects.filter(pk=world.agent.team_id).update(manager=manager)
    assert rows(manager, KEY, "title", person=world.agent.pk) == []
    assert rows(world.coach, KEY, "title", team=world.agent.team_id) == []
    assert len(rows(world.coach, KEY, "title")) == 5
