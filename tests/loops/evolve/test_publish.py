"""Publish: from inside to outside, after a leak check, by a person or a rule (ch/07, SC7.10)."""

import pytest
from django.urls import reverse

from articles import actions as articles
from articles.models import Article
from loops.evolve.publication import actions, leaks, queries
from loops.models import Decision, Publication, PublicationRule
from loops.tasks import publish_by_rules
from loops.upkeep import computing
from people.models import Notification, SiteEvent, SiteSettings
from tests import make

pytestmark = pytest.mark.django_db

RULE = {"name": "Twice used", "active": True, "audience": "public", "min_links": 2}


def validated(**fields) -> Article:
    return make.article(by=make.publisher(), confidence="validated", **fields)


def used(article: Article, times: int = 3) -> Article:
    for _ in range(times):
        make.solved_ticket(article=article)
    computing.compute([article.pk])
    article.refresh_from_db()
    return article


def audience(article: Article) -> str:
    return Article.objects.get(pk=article.pk).audience


def rule(**fields) -> PublicationRule:
    return actions.set_rule(None, by=make.administrator(), **{**RULE, **fields})


# -- the list ----------------------------------------------------------------------------


def test_what_several_people_reuse_is_proposed_with_what_it_would_save(client):
    article = used(validated(title="Drawer stays shut"))
    used(validated(title="Used once"), 1)
    client.force_login(make.publisher())
    shown = client.get(reverse("insights:publication")).text
    assert "Drawer stays shut" in shown
    assert "Used once" not in shown
    told = queries.told([article.upkeep])[0]
    # Three reuses in 90 days; nobody outside has said anything: two of ten get by.
    assert round(told.expected.demand, 2) == 12.17
    assert round(told.expected.value, 2) == 2.43
    assert told.expected.low < told.expected.value < told.expected.high


def test_the_initial_list_counts_all_that_was_ever_linked(client):
    article = used(validated(title="An old friend"))
    article.upkeep.__class__.objects.update(reuses_90=0, reusers_90=0)
    client.force_login(make.publisher())
    assert "An old friend" not in client.get(reverse("insights:publication")).text
    ever = client.get(reverse("insights:publication"), {"list": "ever"}).text
    assert "An old friend" in ever


def test_candidates_have_no_list_to_decide_on(client):
    client.force_login(make.candidate())
    assert client.get(reverse("insights:publication")).status_code == 403
    article = used(validated())
    page = reverse("insights:candidate", args=[article.number])
    assert client.post(page, {"act": "publish", "audience": "public"}).status_code == 403
    assert audience(article) == "internal"


# -- the leak check ----------------------------------------------------------------------


def test_the_check_finds_people_machines_secrets_and_internal_words():
    SiteSettings.objects.update(internal_words=["Borealis"])
    make.organisation(name="Alfama Kitchens")
    colleague = make.contributor(name="Ruth Amsel")
    article = validated(
        resolution="Ask Ruth Amsel, or mail ruth@tilia.example.org and ops@tilia.io.\n"
        "Open till-3.internal at 192.168.0.7 with password: hunter2.\n"
        "Borealis has to run. Alfama Kitchens paid with 4111 1111 1111 1111, see KT-12.\n"
        "Call +49 30 1234567. For internal use only.",
    )
    found = {leak.kind for leak in leaks.find(article)}
    assert found == set(leaks.KINDS) - {"requester"}
    assert colleague.name in {leak.words for leak in leaks.find(article)}
    assert "ruth@tilia.example.org" not in {leak.words for leak in leaks.find(article)}


def test_who_asked_is_not_named_outside_and_what_stays_inside_is_not_read():
    article = validated(resolution="As Maya Lindqvist found: restart it.")
    make.solved_ticket(article=article)
    assert [(leak.kind, leak.words) for leak in leaks.find(article)] == [
        ("requester", "Maya Lindqvist")
    ]
    articles.improve(
        article,
        by=make.publisher(),
        changes={"resolution": "Restart it.\n\n:::internal\nMail ops@tilia.io.\n:::\n"},
    )
    assert leaks.find(Article.objects.get(pk=article.pk)) == []


def test_what_leaks_is_refused_until_somebody_says_that_they_looked(client, api):
    article = used(validated(resolution="Mail ops@tilia.io."))
    publisher = make.publisher()
    program = api(publisher)
    refused = program.post(f"articles/{article.number}/publish/", {"audience": "public"})
    assert refused.status_code == 409
    assert refused.json()["code"] == "leaks"
    assert refused.json()["missing"][0]["code"] == "email"
    client.force_login(publisher)
    page = reverse("insights:candidate", args=[article.number])
    sent = {"act": "publish", "audience": "public", "reason": "The address is public"}
    again = client.post(page, sent)
    assert (again.status_code, "ops@tilia.io" in again.text) == (409, True)
    assert "The address is public" in again.text
    assert audience(article) == "internal"
    client.post(page, {**sent, "checked": "on"})
    assert audience(article) == "public"
    assert Publication.objects.get().grounds["leaks"][0]["words"] == "ops@tilia.io"


# -- a person ----------------------------------------------------------------------------


def test_publishing_is_written_down_and_the_owner_hears_of_it(api):
    owner = make.publisher()
    article = used(make.article(by=owner, confidence="validated", owner=owner))
    made = api(make.publisher()).post(
        f"articles/{article.number}/publish/", {"audience": "customer"}
    )
    assert made.status_code == 201
    row = Publication.objects.get()
    assert (row.audience, row.rule, row.validated_at) == (
        "customer",
        None,
        article.events.get(verb="created").at,
    )
    told = Notification.objects.get(user=owner, kind="published")
    assert told.text == "Published for Customer"


def test_only_who_may_set_an_audience_publishes(api):
    article = used(validated())
    answer = api(make.contributor()).post(
        f"articles/{article.number}/publish/", {"audience": "public"}
    )
    assert answer.status_code == 403
    assert (audience(article), Publication.objects.count()) == ("internal", 0)


def test_a_contributor_neither_takes_back_nor_decides_for_good(client, api):
    article = used(validated())
    row = actions.publish(article, by=make.publisher(), audience="public")
    contributor = make.contributor()
    client.force_login(contributor)
    assert (
        client.post(reverse("insights:retract", args=[row.pk]), {"reason": "x"}).status_code
        == 403
    )
    assert client.get(reverse("insights:publication")).status_code == 403
    page = reverse("insights:candidate", args=[used(validated()).number])
    sent = {"act": "decide", "days": "ever", "reason": "Never"}
    assert client.post(page, sent).status_code == 403
    assert (audience(article), Decision.objects.count()) == ("public", 0)
    # A manager sees what waits, and decides nothing.
    manager = make.contributor()
    make.team(manager=manager)
    client.force_login(manager)
    assert "Time from validated" in client.get(reverse("insights:publication")).text
    assert (client.get(page).status_code, client.post(page, sent).status_code) == (200, 403)
    # Who publishes and reads no figures sees the list, and not how long publishing took.
    client.force_login(make.publisher())
    shown = client.get(reverse("insights:publication"), {"list": "done"}).text
    assert (article.title in shown, "Time from validated" in shown) == (True, False)


def test_not_now_takes_it_off_the_list(client):
    article = used(validated(title="Later"))
    client.force_login(make.publisher())
    page = reverse("insights:candidate", args=[article.number])
    client.post(page, {"act": "decide", "days": "30"})
    assert Decision.objects.get().list == "publish"
    assert "Later" not in client.get(reverse("insights:publication")).text


def test_it_is_taken_back_with_a_reason_that_the_author_reads(client, api):
    owner = make.publisher()
    article = used(make.article(by=owner, confidence="validated", owner=owner))
    publisher = make.publisher()
    api(publisher).post(f"articles/{article.number}/publish/", {"audience": "public"})
    row = Publication.objects.get()
    client.force_login(publisher)
    place = reverse("insights:retract", args=[row.pk])
    assert client.post(place, {"reason": " "}).status_code == 422
    assert audience(article) == "public"
    client.post(place, {"reason": "Names a customer"})
    assert audience(article) == "internal"
    row.refresh_from_db()
    assert (row.retracted_by, row.reason) == (publisher, "Names a customer")
    assert Notification.objects.filter(user=owner, text="Taken back: Names a customer").exists()
    again = client.post(place, {"reason": "Again"})
    assert again.status_code == 409


# -- a rule ------------------------------------------------------------------------------


def test_ch_07_a_rule_publishes_what_satisfies_it_and_is_named_in_the_event():
    rule()
    article, other = used(validated(), 2), used(validated(), 1)
    assert publish_by_rules() == 1
    assert (audience(article), audience(other)) == ("public", "internal")
    event = article.events.get(verb="audience")
    assert "Twice used" in event.detail["reason"]
    assert publish_by_rules() == 0  # a message that comes twice changes nothing


def test_ch_07_switching_a_rule_off_stops_it():
    made = rule()
    actions.set_rule(made, by=make.administrator(), active=False)
    article = used(validated())
    assert publish_by_rules() == 0
    assert audience(article) == "internal"


@pytest.mark.parametrize(
    "why", ["flag", "leak", "decided", "taken back", "compliance", "people"]
)
def test_a_rule_leaves_inside_what_a_person_should_look_at(why):
    made = rule(min_people=2 if why != "people" else 9)
    fields = {"resolution": "Mail ops@tilia.io."} if why == "leak" else {}
    article = used(validated(**fields))
    if why == "flag":
        articles.flag(article, by=make.candidate(), kind="incorrect", note="No")
    if why == "decided":
        Decision.objects.create(article=article, list="publish", by=make.publisher())
    if why == "compliance":
        articles.restate(article, by=make.publisher(), governance="compliance")
    if why == "taken back":
        gone = actions.publish(article, by=make.publisher(), audience="public")
        actions.retract(gone, by=make.publisher(), reason="Not yet")
    assert publish_by_rules() == 0
    assert audience(article) == "internal"
    assert made.publications.count() == 0


def test_what_leaks_does_not_stand_before_what_does_not():
    rule()
    leaking = used(validated(resolution="Mail ops@tilia.io."), 3)
    fine = used(validated(), 2)
    assert actions.run_rules(batch=1) == 0
    assert actions.run_rules(batch=1) == 1
    assert (audience(leaking), audience(fine)) == ("internal", "public")
    articles.improve(leaking, by=make.publisher(), changes={"resolution": "Restart it."})
    assert actions.run_rules(batch=1) == 1


def test_a_rule_acts_with_the_rights_of_who_saved_it():
    made = rule()
    article = used(validated())
    made.by.is_superuser = False
    made.by.competency = "candidate"
    made.by.save()
    assert publish_by_rules() == 0
    assert audience(article) == "internal"


def test_rules_are_made_in_the_administration_alone(client):
    address = reverse("admin:loops_publicationrule_add")
    client.force_login(make.publisher(is_staff=True))
    assert client.get(address).status_code == 403
    client.force_login(make.administrator())
    sent = {**RULE, "active": "on", "min_people": 1, "quiet_days": 0, "experience_only": "on"}
    answer = client.post(address, {**sent, "audience": ""})
    assert PublicationRule.objects.count() == 0
    answer = client.post(address, sent)
    assert answer.status_code == 302
    assert PublicationRule.objects.get().min_links == 2
    assert SiteEvent.objects.get(verb="rule").detail["rule"] == "Twice used"


# -- by other doors ----------------------------------------------------------------------


def test_what_is_published_on_its_own_page_is_in_the_list_as_well():
    publisher = make.publisher()
    article = make.public_article(by=publisher)
    assert actions.follow() == 1
    row = Publication.objects.get()
    assert (row.by, row.audience) == (publisher, "public")
    assert actions.follow() == 0
    articles.restate(article, by=publisher, audience="internal", reason="A mistake")
    assert actions.follow() == 1
    row.refresh_from_db()
    assert (row.reason, row.retracted_by) == ("A mistake", publisher)


def test_the_pages_stay_within_their_budget(client, django_assert_max_num_queries):
    for _ in range(4):
        used(validated())
    client.force_login(make.publisher())
    client.get(reverse("insights:publication"))
    for which in ("now", "ever", "done"):
        with django_assert_max_num_queries(15):
            client.get(reverse("insights:publication"), {"list": which})
