"""People, teams, domains, settings and rights in the administration."""

from datetime import date

import pytest
from django.contrib import admin as administration
from django.urls import reverse

from people import actions
from people.models import Domain, Release, SiteEvent, SiteSettings, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    found = make.administrator()
    client.force_login(found)
    return found


def form_of(person, **changes) -> dict[str, str]:
    sent = {
        "name": person.name,
        "email": person.email,
        "team": person.team_id or "",
        "organisation": "",
        "coach": "",
        "is_active": "on" if person.is_active else "",
        "competency": person.competency,
        "evidence": "",
        "is_coach": "on" if person.is_coach else "",
        "is_staff": "on" if person.is_staff else "",
        "is_superuser": "on" if person.is_superuser else "",
    }
    return {name: value for name, value in {**sent, **changes}.items() if value != ""}


def page_of(person) -> str:
    return reverse("admin:people_user_change", args=[person.pk])


def test_a_competency_is_granted_with_its_evidence(client, admin):
    noa = make.candidate()
    sent = form_of(noa, competency="contributor", evidence="Twelve good articles")
    assert client.post(page_of(noa), sent).status_code == 302
    noa.refresh_from_db()
    assert noa.competency == "contributor"
    assert noa.grants.first().evidence == "Twelve good articles"
    assert noa.grants.count() == 2


def test_switching_active_off_ends_sessions_too(client, admin):
    noa = make.candidate()
    noa.sessions.create(session_key="x", session_data="", expire_date="2099-01-01T00:00Z")
    client.post(page_of(noa), form_of(noa, is_active=""))
    noa.refresh_from_db()
    assert not noa.is_active
    assert not noa.sessions.exists()


def test_the_last_administrator_stays_and_it_is_said_in_words(client, admin):
    User.objects.filter(email="root@example.org").update(is_superuser=False)
    answer = client.post(page_of(admin), form_of(admin, is_superuser="", is_staff=""))
    assert answer.status_code == 409
    assert "last administrator" in answer.text


def test_nobody_is_added_or_deleted_here(client, admin):
    noa = make.candidate()
    assert client.get(reverse("admin:people_user_add")).status_code == 403
    assert client.post(reverse("admin:people_user_delete", args=[noa.pk])).status_code == 403


def test_passwords_and_second_factors_are_not_shown(client, admin):
    text = client.get(page_of(make.candidate())).text
    assert "argon2" not in text
    assert "password_hash" not in text
    shown = {model._meta.app_label for model in administration.site._registry}
    assert shown == {"people", "articles", "tickets", "loops"}


def test_domains_are_planted_and_moved_with_everything_below(client, admin):
    add = reverse("admin:people_domain_add")
    client.post(add, {"name": "Tilia Pay", "slug": "pay"})
    pay = Domain.objects.get()
    client.post(add, {"name": "Payouts", "slug": "payouts", "parent": pay.pk})
    payouts = Domain.objects.get(slug="payouts")
    assert payouts.path == "pay/payouts"
    noa = make.contributor()
    page = reverse("admin:people_domain_change", args=[pay.pk])
    client.post(page, {"name": "Money", "slug": "money", "experts": [noa.pk]})
    payouts.refresh_from_db()
    assert payouts.path == "money/payouts"
    assert list(Domain.objects.get(pk=pay.pk).experts.all()) == [noa]
    refused = client.post(page, {"name": "Money", "slug": "money", "parent": payouts.pk})
    assert refused.status_code == 422
    assert "under itself" in refused.text


def test_there_is_one_row_of_settings_and_the_list_leads_to_it(client, admin):
    page = client.get(reverse("admin:people_sitesettings_changelist"))
    address = reverse("admin:people_sitesettings_change", args=[1])
    assert page["Location"] == address
    sent = {
        "name": "Tilia",
        "gate_mode": "remind",
        "close_after_days": 7,
        "time_zone": "UTC",
        "promote_after": 5,
        "publish_after": 3,
        "archive_after_days": 365,
        "figures_minimum": 20,
        "phase": "auto",
        "cost_per_hour": "42.50",
        "currency": "eur",
        "internal_words": "Borealis, till-lab",
        "check_links": "on",
        "outside_authors": "on",
    }
    client.post(address, sent)
    site = SiteSettings.load()
    assert (site.name, site.gate_mode, site.close_after_days) == ("Tilia", "remind", 7)
    assert (site.promote_after, site.outside_authors) == (5, True)
    event = SiteEvent.objects.get(verb="settings")
    assert event.by == admin
    assert event.detail["gate_mode"] == {"from": "require", "to": "remind"}
    assert set(event.detail) == {
        *("name", "gate_mode", "close_after_days", "promote_after", "outside_authors"),
        *("cost_per_hour", "internal_words"),
    }
    assert site.internal_words == ["Borealis", "till-lab"]
    assert event.detail["cost_per_hour"] == {"from": "0.00", "to": "42.50"}
    assert (
        "promote_after: 3 → 5" in client.get(reverse("admin:people_siteevent_changelist")).text
    )
    refused = client.post(address, {**sent, "time_zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert client.get(reverse("admin:people_sitesettings_add")).status_code == 403


def test_a_release_is_registered_once_by_administrators(client, admin):
    add, pay = reverse("admin:people_release_add"), make.domain("pay")
    sent = {"domain": pay.pk, "name": "5.0", "released_on": "2026-09-01"}
    client.post(add, sent)
    release = Release.objects.get()
    assert (release.domain, release.name, str(release.released_on)) == (
        pay,
        "5.0",
        "2026-09-01",
    )
    assert SiteEvent.objects.get(verb="release").detail["domain"] == "pay"
    again = client.post(add, sent)
    assert again.status_code in (200, 409)
    assert Release.objects.count() == 1
    client.force_login(make.publisher(is_staff=True))
    assert client.post(add, {**sent, "name": "5.1"}).status_code == 403


def test_teams_are_made_and_renamed(client, admin):
    client.post(reverse("admin:people_team_add"), {"name": "Payments"})
    team = Team.objects.get(name="Payments")
    page = reverse("admin:people_team_change", args=[team.pk])
    client.post(page, {"name": "Payouts", "private": "on", "manager": admin.pk})
    team.refresh_from_db()
    assert (team.name, team.private, team.manager) == ("Payouts", True, admin)
    again = client.post(reverse("admin:people_team_add"), {"name": "PAYOUTS"})
    assert again.status_code == 200
    assert Team.objects.count() == 1


@pytest.mark.parametrize(
    "model",
    [
        "user",
        "invitation",
        "apikey",
        "team",
        "organisation",
        "domain",
        "personevent",
        "release",
        "siteevent",
    ],
)
def test_every_list_opens_and_nothing_in_it_can_be_deleted(client, admin, model):
    noa = make.candidate(team=make.team(), organisation=make.organisation())
    make.domain("pay")
    actions.invite(by=admin, email="x@example.org")
    actions.register_release(
        by=admin, domain=Domain.objects.get(), name="5.0", released_on=date(2026, 9, 1)
    )
    actions.make_key(noa, scopes=["read"])
    page = client.get(reverse(f"admin:people_{model}_changelist"))
    assert "delete_selected" not in page.text
    row = page.context["cl"].result_list[0]
    assert client.get(reverse(f"admin:people_{model}_change", args=[row.pk])).status_code == 200
    gone = client.post(reverse(f"admin:people_{model}_delete", args=[row.pk]), {"post": "yes"})
    assert gone.status_code == 403


def reviewers():
    yield make.publisher(is_staff=True)
    yield make.candidate(is_coach=True)
    expert = make.contributor()
    make.domain("pay").experts.add(expert)
    yield expert


def test_reviewers_find_the_review_lists_and_nothing_about_people(client):
    noa = make.candidate()
    for reviewer in reviewers():
        client.force_login(reviewer)
        index = client.get(reverse("admin:index"))
        assert index.status_code == 200
        assert reverse("admin:articles_article_changelist") in index.text
        assert reverse("admin:people_user_changelist") not in index.text
        assert client.get(page_of(noa)).status_code == 403
        assert client.post(page_of(noa), form_of(noa, name="Mine")).status_code == 403
        assert client.get(reverse("admin:people_right_changelist")).status_code == 403
        assert "/admin/" in client.get("/").text, "the menu leads there"


def test_whoever_reviews_nothing_does_not_get_in(client):
    client.force_login(make.publisher())
    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    assert "/admin/" not in client.get("/").text
