"""Figures about one person or a few are nobody else's, by whatever door they are asked for."""

from typing import ClassVar

import pytest
from django.urls import reverse

from articles import actions as article_actions
from articles.models import Feedback
from loops.models import Link
from tests import make
from tests.loops.reports.protocol import asked, rows, signed_in, signed_out
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
