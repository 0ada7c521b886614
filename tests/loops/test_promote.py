"""The review lists: promotion, publication, archiving, due reviews, and what is expected to harm."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import actions
from articles.models import Article, View
from loops.models import Upkeep
from loops.upkeep import computing
from people.models import SiteSettings
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
REVIEW = "/review/"


def linked(times: int, **fields) -> Article:
    article = make.article(by=make.contributor(), **fields)
    for _ in range(times):
        make.solved_ticket(by=make.contributor(), article=article)
    return article


def numbers(response) -> set[str]:
    return {one["row"].article.number for one in response.context["told"]}


def listed(client, which: str, **asked) -> set[str]:
    response = client.get(REVIEW, {"list": which, **asked})
    assert response.status_code == 200
    return numbers(response)


def site(**values) -> None:
    SiteSettings.load()
    SiteSettings.objects.update(**values)


@pytest.fixture
def reviewer(client):
    person = make.publisher(is_coach=True)
    client.force_login(person)
    return person


def test_ch_05_articles_with_n_links_are_listed_and_n_is_the_sites(client, reviewer, api):
    """ch/05: N = 3 lists the article with 3 links and not the one with 2; N = 2 lists both."""
    three, two = linked(3), linked(2)
    program = api(reviewer)

    def through_program() -> set[str]:
        rows = program.get("review/?list=promote").json()["results"]
        return {row["number"] for row in rows}

    def through_administration() -> set[str]:
        computing.compute_all()
        page = client.get(reverse("admin:loops_upkeep_changelist"), {"list": "promote"})
        return {row.article.number for row in page.context["cl"].result_list}

    site(promote_after=3)
    for way in (lambda: listed(client, "promote"), through_program, through_administration):
        assert way() == {three.number}
    site(promote_after=2)
    for way in (lambda: listed(client, "promote"), through_program, through_administration):
        assert way() == {three.number, two.number}


def test_ch_05_n_may_be_ones_own(client, reviewer, api):
    """ch/05: N per person."""
    three, two = linked(3), linked(2)
    site(promote_after=3)
    other = make.contributor(promote_after=2)
    assert listed(client, "promote") == {three.number}
    found = api(other).get("review/?list=promote").json()["results"]
    assert {row["number"] for row in found} == {three.number, two.number}


def test_the_ticket_it_was_written_from_is_one_of_them(client, reviewer):
    from loops.solve import actions as solving

    author = make.contributor()
    ticket = make.searched(make.ticket(), by=author)
    article = solving.create(
        ticket, by=author, title="Born", resolution="So.", confidence="not_validated"
    )
    make.solved_ticket(article=article)
    site(promote_after=3)
    assert listed(client, "promote") == set()
    site(promote_after=2)
    assert listed(client, "promote") == {article.number}


def test_only_those_who_may_validate_have_the_lists(client, api):
    """ch/05: named staff, and nobody else."""
    candidate, customer = make.candidate(), make.customer()
    for person in (candidate, customer):
        client.force_login(person)
        assert client.get(REVIEW).status_code == 403
        assert api(person).get("review/").status_code == 403
    client.force_login(make.contributor())
    assert client.get(reverse("admin:loops_upkeep_changelist")).status_code in (302, 403)


def test_validated_from_the_list_by_the_verb_with_its_rights(client, reviewer):
    article = linked(3)
    place = reverse("upkeep:decide", args=[article.number])
    assert client.post(place, {"list": "promote", "act": "validate"}).status_code == 302
    article.refresh_from_db()
    assert article.confidence == "validated"
    assert listed(client, "promote") == set()
    empty = make.article(resolution="")
    answer = client.post(
        reverse("upkeep:decide", args=[empty.number]),
        {"list": "promote", "act": "validate", "reason": "Looks fine"},
    )
    assert answer.status_code == 422
    assert "without a resolution" in answer.text
    assert "Looks fine" in answer.text  # nothing typed is lost


def test_the_administration_validates_each_and_says_what_was_refused(client, reviewer):
    good, empty = linked(1), make.article(resolution="")
    computing.compute_all()
    page = client.post(
        reverse("admin:loops_upkeep_changelist"),
        {"action": "validate", "_selected_action": [good.pk, empty.pk], "reason": ""},
        follow=True,
    )
    assert "1 article is done." in page.text
    assert f"{empty.number}: An article without a resolution" in page.text
    good.refresh_from_db()
    assert good.confidence == "validated"
    client.post(
        reverse("admin:loops_upkeep_changelist"),
        {"action": "archive", "_selected_action": [good.pk], "reason": "Twice there"},
    )
    good.refresh_from_db()
    assert (good.confidence, good.archived_reason) == ("archived", "Twice there")


def test_publication_asks_for_several_people_and_nothing_personal(client, reviewer):
    site(publish_after=3)
    author = make.publisher()
    texts = {
        "fine": "Restart the till.",
        "mail": "Write to noa.levi@example.com.",
        "machine": "Log in to 192.168.0.12.",
        "secret": "The password: swordfish.",
    }
    made = {
        name: make.article(by=author, confidence="validated", resolution=text)
        for name, text in texts.items()
    }
    lone = make.article(by=author, confidence="validated")
    dana, omar = make.contributor(), make.contributor()
    for article in made.values():
        for by in (dana, dana, omar):
            make.solved_ticket(by=by, article=article)
    for _ in range(3):
        make.solved_ticket(by=dana, article=lone)
    computing.compute_all()
    assert listed(client, "publish") == {made["fine"].number}
    actions.flag(made["fine"], by=dana, kind="unclear")
    assert listed(client, "publish") == set()


def test_published_from_the_list_only_by_whom_the_matrix_lets(client, reviewer):
    article = make.article(by=make.publisher(), confidence="validated")
    place = reverse("upkeep:decide", args=[article.number])
    client.force_login(make.contributor())
    assert "Publish" not in client.get(place).text
    refused = client.post(place, {"list": "publish", "act": "publish", "audience": "public"})
    assert refused.status_code == 403
    client.force_login(reviewer)
    client.post(place, {"list": "publish", "act": "publish", "audience": "public"})
    article.refresh_from_db()
    assert article.audience == "public"


def test_archiving_needs_demand_that_passed_it_by_and_not_age(client, reviewer):
    site(archive_after_days=30)
    till, pay = make.domain("till"), make.domain("pay")
    old = timezone.now() - timedelta(days=60)
    unused, read, quiet, used = (
        make.article(domain=domain) for domain in (till, till, pay, till)
    )
    make.solved_ticket(article=used)
    Article.objects.update(created_at=old, changed_at=old)
    View.objects.create(article=read, role="contributor", inside=True)
    for _ in range(5):
        make.ticket(domain=make.domain("printers", parent=till) if _ == 4 else till)
    assert listed(client, "archive") == {unused.number}
    page = client.get(REVIEW, {"list": "archive"}).text
    assert "never reused in 60 days" in page
    assert "5 newer tickets in its domain did without it" in page
    assert quiet.number not in page
    place = reverse("upkeep:decide", args=[unused.number])
    bare = client.post(place, {"list": "archive", "act": "archive"})
    assert (bare.status_code, "Say why it is archived" in bare.text) == (422, True)
    client.post(place, {"list": "archive", "act": "archive", "reason": "Nobody asks any more"})
    unused.refresh_from_db()
    assert unused.archived_reason == "Nobody asks any more"
    assert listed(client, "archive") == set()


def test_due_reviews_are_those_of_the_calendar(client, reviewer):
    article = make.public_article(by=reviewer, governance="compliance")
    today = timezone.localdate()
    Article.objects.filter(pk=article.pk).update(
        review_every_days=180, review_due_on=today - timedelta(days=2)
    )
    assert listed(client, "due") == {article.number}
    place = reverse("upkeep:decide", args=[article.number])
    client.post(place, {"list": "due", "act": "confirm"})
    article.refresh_from_db()
    assert article.review_due_on == today + timedelta(days=180)
    assert listed(client, "due") == set()


def test_the_greatest_harm_stands_first_and_lists_are_narrowed(client, reviewer, api):
    till, pay = make.domain("till"), make.domain("pay")
    team = make.team()
    owner = make.publisher(team=team)
    often = make.public_article(by=owner, domain=till, owner=owner)
    seldom = make.public_article(by=make.publisher(), domain=pay, language="ru")
    for article, times in ((often, 3), (seldom, 1)):
        for _ in range(times):
            make.solved_ticket(article=article)
    computing.compute_all()
    page = client.get(REVIEW)
    order = [one["row"].article.number for one in page.context["told"]]
    assert order == [often.number, seldom.number]
    assert listed(client, "review", domain="till") == {often.number}
    assert listed(client, "review", language="ru") == {seldom.number}
    assert listed(client, "review", owner=owner.email) == {often.number}
    assert listed(client, "review", owner="nobody") == set()
    assert listed(client, "review", team=team.pk) == {often.number}
    assert listed(client, "review", team="x\x00") == set()
    program = api(reviewer)
    first = program.get("review/?limit=1").json()
    assert [row["number"] for row in first["results"]] == [often.number]
    rest = program.get(first["next"].removeprefix("http://testserver")).json()
    assert [row["number"] for row in rest["results"]] == [seldom.number]
    assert program.get("review/?list=nothing").status_code == 400
    assert program.get("review/?colour=red").status_code == 400


@pytest.mark.parametrize("which", ["review", "promote", "publish", "archive", "due"])
def test_no_list_asks_more_than_fifteen_queries(
    client, reviewer, which, django_assert_max_num_queries
):
    site(promote_after=1, publish_after=1, archive_after_days=30)
    domain = make.domain("till")
    for _ in range(4):
        article = linked(2, domain=domain)
        if which == "publish":
            actions.restate(article, by=reviewer, confidence="validated")
        if which == "due":
            actions.restate(
                article, by=reviewer, confidence="validated", governance="compliance"
            )
    old = timezone.now() - timedelta(days=60)
    if which == "archive":
        Article.objects.update(created_at=old, changed_at=old, last_reused_at=old)
        Ticket.objects.update(domain=domain)
    if which == "due":
        Article.objects.update(review_due_on=timezone.localdate())
    computing.compute_all()
    with django_assert_max_num_queries(15):
        assert len(listed(client, which)) == 4
    with django_assert_max_num_queries(15):
        client.get(reverse("admin:loops_upkeep_changelist"), {"list": which})
    assert Upkeep.objects.count() == 4
