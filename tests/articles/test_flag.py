""" "This is wrong": raised by any agent, answered by whoever may mend the article."""

import pytest
from django.urls import reverse

from articles import actions
from articles.models import Flag
from kcs.errors import NotAllowed, Refused
from people.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

QUEUE = "/flags/"


@pytest.fixture
def article(db):
    return make.public_article(by=make.publisher(), title="Blank receipts")


def test_a_candidate_flags_with_a_reason_that_everyone_inside_reads(client, article):
    # acceptance: improve/01
    client.force_login(make.candidate())
    response = client.post(
        reverse("articles:flag", args=[article.number]),
        {"kind": "incorrect", "note": "step 2 wrong"},
    )
    assert response.status_code == 302
    flag = article.flags.get()
    assert (flag.kind, flag.version.number) == ("incorrect", 1)
    client.force_login(make.contributor())
    for where in (article.get_absolute_url(), QUEUE):
        page = client.get(where).content.decode()
        assert "step 2 wrong" in page
        assert "Steps are wrong" in page
    for reader in (None, make.customer()):
        client.logout()
        if reader:
            client.force_login(reader)
        assert "step 2 wrong" not in client.get(article.get_absolute_url()).content.decode()
        assert client.get(QUEUE).status_code in (302, 403)


def test_the_owner_is_asked_and_told(article):
    flag = actions.flag(article, by=make.candidate(), kind="outdated")
    assert flag.owner == article.owner
    assert Notification.objects.filter(user=article.owner, kind="flag_raised").exists()


def test_of_a_leavers_article_somebody_else_is_asked(article):
    leaver, successor = article.owner, make.contributor()
    actions.improve(article, by=successor, changes={"cause": "x"})
    leaver.is_active = False
    leaver.save()
    article.refresh_from_db()
    assert actions.flag(article, by=make.candidate(), kind="outdated").owner == successor


@pytest.mark.parametrize(("verb", "state"), [("resolve", "resolved"), ("reject", "rejected")])
def test_the_answer_goes_back_to_whoever_raised_it(client, article, verb, state):
    raiser, answerer = make.candidate(), make.contributor()
    flag = actions.flag(article, by=raiser, kind="outdated")
    client.force_login(answerer)
    response = client.post(
        reverse(f"articles:{verb}", args=[flag.pk]),
        {"answer": "Mended.", "next": article.get_absolute_url()},
    )
    assert response["Location"] == article.get_absolute_url()
    flag.refresh_from_db()
    article.refresh_from_db()
    assert (flag.state, flag.answer, flag.answered_by) == (state, "Mended.", answerer)
    assert article.open_flags == 0
    assert Notification.objects.get(user=raiser, kind="flag_answered").text == "Mended."


def test_an_answer_needs_words(client, article):
    flag = actions.flag(article, by=make.candidate(), kind="outdated")
    client.force_login(make.contributor())
    response = client.post(reverse("articles:resolve", args=[flag.pk]), {"answer": " "})
    assert response.status_code == 422
    assert "Write an answer" in response.content.decode()


def test_taking_a_flag_makes_it_ones_own(htmx, article):
    taker = make.contributor()
    flag = actions.flag(article, by=make.candidate(), kind="outdated")
    htmx.force_login(taker)
    response = htmx.post(reverse("articles:take", args=[flag.pk]), {"next": QUEUE})
    assert f'id="flag-{flag.pk}"' in response.text
    assert "<html" not in response.text
    flag.refresh_from_db()
    assert (flag.state, flag.owner) == ("taken", taker)
    assert flag.pk in [f.pk for f in htmx.get(QUEUE, {"mine": "1"}).context["remarks"]]


def test_a_flag_is_answered_once(article):
    flag = actions.flag(article, by=make.candidate(), kind="outdated")
    actions.resolve(flag, by=make.contributor(), answer="Mended.")
    with pytest.raises(Refused, match="answered already"):
        actions.reject(flag, by=make.contributor(), answer="No.")


def test_who_may_not_change_the_article_does_not_answer_for_it(client, article):
    raiser = make.candidate()
    flag = actions.flag(article, by=raiser, kind="outdated")
    client.force_login(raiser)
    for verb in ("take", "resolve", "reject"):
        where = reverse(f"articles:{verb}", args=[flag.pk])
        assert client.post(where, {"answer": "x"}).status_code == 403
    assert flag.pk not in [f.pk for f in client.get(QUEUE).context["remarks"]]


def test_customers_do_not_flag(client, article):
    with pytest.raises(NotAllowed):
        actions.flag(article, by=make.customer(), kind="outdated")
    client.force_login(make.customer())
    where = reverse("articles:flag", args=[article.number])
    assert client.post(where, {"kind": "outdated"}).status_code == 403


def test_a_flag_without_a_kind_is_refused_in_words(client, article):
    client.force_login(make.candidate())
    where = reverse("articles:flag", args=[article.number])
    for kind in ({}, {"kind": "ugly"}):
        assert client.post(where, kind).status_code == 422
    assert not Flag.objects.exists()


def test_htmx_gets_the_flags_and_a_word_of_thanks(htmx, article):
    htmx.force_login(make.candidate())
    where = reverse("articles:flag", args=[article.number])
    page = htmx.post(where, {"kind": "unclear", "note": "canary"}).text
    assert 'id="flags"' in page
    assert "canary" in page
    assert "Flagged." in page


def test_a_form_leads_to_no_other_site(client, article):
    flag = actions.flag(article, by=make.candidate(), kind="outdated")
    client.force_login(make.contributor())
    response = client.post(
        reverse("articles:take", args=[flag.pk]), {"next": "https://evil.example/"}
    )
    assert response["Location"] == QUEUE


def test_the_queue_needs_few_queries_and_shows_the_oldest_first(
    client, django_assert_max_num_queries
):
    flags = []
    for n in range(12):
        article = make.article(title=f"Article {n}", by=make.publisher())
        flags.append(actions.flag(article, by=make.candidate(), kind="outdated", note=f"n{n}"))
    compliance = make.article(by=make.publisher())
    hidden = actions.flag(compliance, by=make.candidate(), kind="outdated")
    actions.restate(
        compliance, by=compliance.owner, confidence="validated", governance="compliance"
    )
    client.force_login(make.contributor())
    client.get(QUEUE)
    with django_assert_max_num_queries(15):
        page = client.get(QUEUE)
    shown = [flag.pk for flag in page.context["remarks"]]
    assert shown == [flag.pk for flag in flags]
    assert hidden.pk not in shown


def test_the_queue_is_paged_by_key(client, monkeypatch):
    monkeypatch.setattr("articles.views.remarks.PAGE", 2)
    article = make.article()
    made = [actions.flag(article, by=make.candidate(), kind="outdated") for _ in range(3)]
    client.force_login(make.contributor())
    first = client.get(QUEUE).context
    assert [f.pk for f in first["remarks"]] == [f.pk for f in made[:2]]
    second = client.get(first["older_url"]).context
    assert [f.pk for f in second["remarks"]] == [made[2].pk]
