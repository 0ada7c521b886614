"""Figures about one person or a few are nobody else's, by whatever door they are asked for."""

from typing import ClassVar

import pytest
from django.urls import reverse

from articles import actions as article_actions
from articles.models import Feedback
from loops.models import Link, Search
from tests import make
from tests.loops.reports.protocol import ago, asked, opened, rows, signed_in, signed_out
from tests.loops.reports.sessions import searched
from tests.standing import standing

pytestmark = pytest.mark.django_db
LEAST = 5
OWN = {
    "links": "kind",
    "reuse-distribution": "article",
    "feedback": "",
    "article-history": "article",
}
SIDES = [("links", "ticket"), ("links", "article"), ("links", "record"), ("links", "role"),
         ("links", "domain"), ("reuse-distribution", "count"), ("reuse-distribution", "record"),
         ("article-history", "event"), ("article-history", "record"),
         ("article-history", "person")]  # fmt: skip


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    yield from standing(django_db_blocker, plant)


@pytest.fixture
def world(planted, db):
    signed_out(vars(planted).values())
    return planted


def plant():
    """Coach Ruth stands alone in her team and linked six times to Daria's articles; four others
    did in theirs. Six times Daria answered feedback."""
    site = make.SiteSettings.load()
    site.figures_minimum = LEAST
    site.save()

    class World:
        expert, manager = make.coach(name="Expert"), make.contributor(name="Manager")
        small, large = make.team("Small"), make.team("Large", manager=manager)
        ruth = make.coach(name="Ruth", team=small)
        others: ClassVar = []
        daria = make.publisher(name="Daria", team=small)
        article = make.public_article(by=daria, owner=daria, title="Nine")

    World.others = [make.contributor(team=World.large) for _n in range(4)]
    for by in (*[World.ruth] * 6, *World.others, *World.others):
        make.solved_ticket(by=by, article=World.article)
    for n in range(6):
        said = article_actions.rate(World.article, by=None, comment=f"What of {n}?")
        article_actions.resolve_feedback(said, by=World.daria, answer="So.")
    assert Link.objects.count() == 14
    assert set(Feedback.objects.values_list("owner", flat=True)) == {World.daria.pk}
    return World


def queries(world):
    """Each asks for one person's work or the work on one person's articles."""
    return [
        {"team": world.small.pk, "role": "coach"}, {"role": "coach"}, {"role": "publisher"},
        {"owner": world.daria.email}, {"creator": world.daria.email},
    ]  # fmt: skip


def tells_nothing(answer):
    """Neither figures nor rows; of groups of people the names alone. Nothing of nobody is 0."""
    heads = {"person", "team", "role", "_links", "hidden"}
    told = [value for row in answer["rows"] for name, value in row.items() if name not in heads]
    figures = [one["value"] for one in answer["figures"]]
    return not answer["n"] and not any(told) and not any(figures)


@pytest.mark.parametrize(("key", "by"), [*OWN.items(), *SIDES])
def test_what_was_narrowed_to_one_person_tells_nothing(world, key, by):
    group = {"by": by} if by else {}
    for query in queries(world):
        answer = asked(world.expert, key, **query, **group)
        assert tells_nothing(answer), (query, answer["rows"])
        page = signed_in(world.expert).get(
            reverse("insights:report", args=[key]), {**query, **group}
        )
        assert not answer["hidden"] or page.context["chart"] is None
        assert not answer["hidden"] or f"fewer than {LEAST}" in page.text
    # All of it, and the team of four, are about nobody.
    if by not in ("role", "person"):
        assert asked(world.expert, key, **group)["rows"]
    if key not in ("feedback", "article-history"):
        assert not asked(world.expert, key, team=world.large.pk, **group)["hidden"]


@pytest.mark.parametrize("key", ["links", "reuse-distribution", "feedback", "article-history"])
def test_ones_own_articles_are_ones_own_to_read(world, key):
    type(world.small).objects.filter(pk=world.small.pk).update(manager=world.daria)
    answer = asked(world.daria, key, creator=world.daria.email)
    assert answer["rows"]
    assert not answer["hidden"]


@pytest.mark.parametrize("role", ["coach", "contributor"])
def test_a_manager_reads_of_people_what_the_own_team_did(world, role):
    answer = asked(world.manager, "links", role=role)
    assert answer["n"] == (0 if role == "coach" else 8)
    # Of everybody together the links are the articles'.
    assert asked(world.manager, "links")["n"] == 14
    assert asked(world.manager, "article-history", role="publisher", by="event")["rows"] == []


def test_a_role_of_one_person_has_no_figures_among_the_others(world):
    found = {
        row["role"]: row["links"] for row in asked(world.expert, "links", by="role")["rows"]
    }
    assert set(found.values()) == {None} or found["Contributor"] == 14


@pytest.mark.parametrize("key", ["citations", "contributions", "link-rate"])
def test_others_are_hidden_where_they_are_one_person(world, key):
    for query in ({"role": "coach"}, {"team": world.small.pk}):
        for by in ("person", "team", "role"):
            answer = asked(world.expert, key, by=by, **query)
            assert tells_nothing(answer), (query, by, answer["rows"])
        for by in ("domain", "tag", "origin", "record"):
            assert asked(world.expert, key, by=by, **query)["rows"] == []


def test_others_are_told_where_they_are_many(world):
    [others] = asked(world.expert, "link-rate", by="person", team=world.large.pk)["rows"]
    assert (others["person"], others["solved"]) == ("Others", 8)


def test_others_of_whom_the_rest_is_the_readers_own_are_hidden(world):
    # Ruth's are the expert's to see, and so is the sum: it would tell of the one who is left.
    world.ruth.coach = world.expert
    world.ruth.save()
    for _n in range(6):
        make.solved_ticket(by=world.daria, article=world.article)
    answer = asked(world.expert, "link-rate", by="person", team=world.small.pk)
    assert tells_nothing(answer)


def test_names_stand_beside_no_figure_of_others(world):
    assert set(rows(world.expert, "feedback", "owner")) == {"Others"}
    people = rows(world.expert, "article-history", "person", "team", by="record")
    assert set(people) == {("Others", "")}
    assert set(rows(world.expert, "article-history", "person", by="event")) <= {"Others", ""}
    # As on the article's own page.
    one = {"by": "event", "article": world.article.number}
    assert "Daria" in rows(world.expert, "article-history", "person", **one)
    assert rows(world.expert, "article-history", "first_author") == ["Daria"]


def test_nothing_is_hidden_where_the_organisation_hides_nothing(world):
    site = make.SiteSettings.load()
    site.figures_minimum = 0
    site.save()
    assert asked(world.expert, "links", role="coach")["n"] == 6
    assert asked(world.expert, "links", creator=world.daria.email)["n"] == 14
    assert len(rows(world.expert, "feedback", "comment", owner=world.daria.email)) == 6


# Searches, and the states of articles -------------------------------------------------------------

SEARCHES = [("search-quality", "where"), ("search-quality", "rank"), ("search-quality", "search"),
            ("abandoned-searches", "search"), ("abandoned-searches", "string")]  # fmt: skip


def typed(by, times, *articles, query="given up"):
    for _n in range(times):
        searched(query, *articles, by=by, at=ago(days=2))


def clicked(by, times, *articles):
    """Long before, so that it saves none of the others."""
    for _n in range(times):
        searched("found", *articles, by=by, at=ago(days=20), click=1)


@pytest.fixture
def searching(world):
    """Ruth searched nine times and gave up six of them; each of the others twice, in vain."""
    Search.objects.all().delete()  # what the workspace suggested
    typed(world.ruth, 6, world.article, query="drawer")
    clicked(world.ruth, 3, world.article)
    for by in world.others:
        typed(by, 2, world.article)
    return world


@pytest.mark.parametrize(("key", "by"), SEARCHES)
def test_searches_of_a_team_of_one_tell_nothing(searching, key, by):
    small = {"team": searching.small.pk, "by": by}
    for query in ({}, {"where": "inside"}, {"q": "drawer"}, {"string": "drawer"},
                  {"result": "abandoned"}, {"result": "clicked"}, {"rank": "1"}):  # fmt: skip
        if key == "abandoned-searches" and query.keys() & {"result", "rank"}:
            continue
        answer = asked(searching.expert, key, **small, **query)
        heads = [{**row, "where": ""} for row in answer["rows"]]
        assert tells_nothing({**answer, "rows": heads}), (query, answer["rows"])
        page = signed_in(searching.expert).get(
            reverse("insights:report", args=[key]), {**small, **query}
        )
        assert f"fewer than {LEAST}" in page.text
        assert "drawer" not in page.text.replace('value="drawer"', "").replace("=drawer", "")
        assert page.context["chart"] is None
    # What was searched in all, and by the team of four, is about nobody.
    assert asked(searching.expert, key, by=by)["rows"]
    large = asked(searching.expert, key, team=searching.large.pk, by=by)
    assert (large["hidden"], large["n"]) == (False, 8)


def test_words_that_one_of_a_team_searched_for_have_no_figure(searching):
    typed(searching.others[0], 5, searching.article, query="mine alone")
    large = {"team": searching.large.pk}
    for key, by in SEARCHES[1:]:
        found = asked(searching.expert, key, by=by, string="mine alone", **large)
        assert tells_nothing(found), (key, by)
    by_words = {"by": "string", **large}
    found = rows(searching.expert, "abandoned-searches", "string", "searches", **by_words)
    assert sorted(found) == [("given up", None), ("mine alone", None)]
    for by in searching.others[:3]:
        typed(by, 2, searching.article, query="all of us")
    found = rows(searching.expert, "abandoned-searches", "string", "searches", **by_words)
    assert sorted(found) == [("all of us", None), ("given up", 8), ("mine alone", None)]


def test_a_list_of_some_searches_is_open_where_their_number_is(searching):
    large = {"team": searching.large.pk, "where": "inside"}
    clicked(searching.others[0], 1, searching.article)
    [row] = asked(searching.expert, "search-quality", **large)["rows"]
    assert (row["searches"], row["clicked"], row["abandoned"]) == (9, 1, 8)
    for name in ("clicked", "abandoned", "searches"):
        assert opened(searching.expert, row, name, "search-quality") == row[name]
    [rank] = asked(searching.expert, "search-quality", by="rank", **large)["rows"]
    assert opened(searching.expert, rank, "clicks", "search-quality") == 1


def test_what_is_hidden_of_one_place_is_in_no_sum(searching):
    for _n in range(3):
        searched("", searching.article, by=searching.others[0], at=ago(days=2),
                 kind="suggested")  # fmt: skip
    large = {"team": searching.large.pk}
    answer = asked(searching.expert, "search-quality", **large)
    assert {row["where"]: row["searches"] for row in answer["rows"]} == {
        "Inside, typed": 8, "Inside, suggested": None,
    }  # fmt: skip
    assert answer["n"] == 8
    assert rows(searching.expert, "search-quality", "where", by="search", **large) == (
        ["Inside, typed"] * 8
    )


def test_the_own_manager_reads_the_searches_of_one(searching):
    type(searching.small).objects.filter(pk=searching.small.pk).update(
        manager=searching.manager
    )
    small = {"team": searching.small.pk}
    assert asked(searching.manager, "abandoned-searches", **small)["n"] == 6
    assert asked(searching.manager, "search-quality", **small)["n"] == 9
    assert rows(searching.manager, "search-quality", "searches", **small) == [9, 0]


@pytest.mark.parametrize("by", ["state", "domain", "category", "tag", "role", "record"])
def test_the_states_of_one_persons_articles_tell_nothing(world, by):
    for query in (
        {"owner": world.daria.email}, {"creator": world.daria.email}, {"role": "publisher"},
        {"team": world.small.pk}, {"role": "publisher", "confidence": "not_validated"},
    ):  # fmt: skip
        answer = asked(world.expert, "states", by=by, **query)
        assert tells_nothing(answer), (query, answer["rows"])
        assert answer["hidden"]
        page = signed_in(world.expert).get(
            reverse("insights:report", args=["states"]), {**query, "by": by}
        )
        assert f"fewer than {LEAST}" in page.text
        assert page.context["chart"] is None
    # The world has no tags, and one first author.
    if by not in ("tag", "role"):
        assert asked(world.expert, "states", by=by)["rows"]


def test_the_states_of_what_a_team_of_one_owns_tell_nothing(world):
    make.SiteSettings.objects.update(figures_minimum=1)
    article = make.public_article(by=world.daria, title="Ten", owner=None)
    type(article).objects.filter(pk=article.pk).update(owner=None, owner_team=world.small)
    for query in ({"team": world.small.pk}, {"owner": "team:Small"}):
        assert asked(world.expert, "states", **query)["hidden"], query
    type(world.small).objects.filter(pk=world.small.pk).update(manager=world.manager)
    assert asked(world.manager, "states", team=world.small.pk)["n"] == 2


def test_the_states_of_ones_own_articles_and_of_everybodys_are_told(world):
    everybody = asked(world.expert, "states", aspect="confidence")
    assert everybody["n"] == sum(row["articles"] for row in everybody["rows"])
    type(world.small).objects.filter(pk=world.small.pk).update(manager=world.daria)
    own = asked(world.daria, "states", owner=world.daria.email)
    assert (own["hidden"], own["n"]) == (False, 1)
    make.SiteSettings.objects.update(figures_minimum=0)
    assert asked(world.expert, "states", creator=world.daria.email)["n"] == 1


def test_a_role_of_few_has_no_states_and_no_second_one_tells_its_own(world):
    for by in world.others:
        for _n in range(2):
            make.article(by=by)
    for by in [make.candidate() for _n in range(3)]:
        for _n in range(3):
            make.article(by=by)
    found = {}
    for row in asked(world.expert, "states", by="role", aspect="confidence")["rows"]:
        found.setdefault(row["role"], []).append(row["articles"])
    assert found["Publisher"] == [None]
    assert found["Contributor"] == [None], "the next smallest, or the total would tell"
    assert found["Candidate"] == [9]


def test_what_one_of_a_team_owns_is_hidden_among_its_tags(world):
    for by in world.others:
        for _n in range(2):
            make.article(by=by, owner=by, tags=["all"])
    for _n in range(5):
        make.article(by=world.others[0], owner=world.others[0], tags=["alone", "all"])
    large = {"team": world.large.pk, "aspect": "confidence"}
    found = {
        row["tag"]: row["articles"]
        for row in asked(world.expert, "states", by="tag", **large)["rows"]
    }
    assert found == {"all": None, "alone": None}
    assert asked(world.expert, "states", **large)["n"] == 13
    # The states of what is told are some of it, however few.
    one = {"team": world.large.pk, "by": "record", "confidence": "wip"}
    assert asked(world.expert, "states", **one)["n"] == 0
    assert not asked(world.expert, "states", **one)["hidden"]
