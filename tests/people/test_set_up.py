"""The first visit: one address, one administrator, once."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kcs.errors import BadValue, NotAllowed
from people import actions
from people.models import SiteSettings, User
from tests import make

pytestmark = pytest.mark.django_db

ADA = {
    "site_name": "Tilia Support",
    "name": "Ada Berg",
    "email": "Ada@Example.org",
    "password": "correct-horse-battery",
}


def test_every_page_of_an_empty_install_leads_to_the_page_that_names_the_address(client):
    for path in ("/", "/accounts/login/", "/admin/", "/articles/"):
        assert client.get(path)["Location"] == "/setup/"
    assert "printed a one-time address" in client.get("/setup/").text


def test_probes_and_programs_are_not_redirected(client):
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/api/v1/tickets/").status_code == 401


def test_the_printed_address_makes_the_first_administrator_and_names_the_help_desk(client):
    path = actions.setup_link()
    assert client.get(path).status_code == 200
    response = client.post(path, ADA)
    assert response["Location"] == reverse("people:list")
    user = User.objects.get()
    assert (user.email, user.name) == ("ada@example.org", "Ada Berg")
    assert user.is_superuser
    assert user.is_staff
    assert user.competency == "publisher"
    assert SiteSettings.load().name == "Tilia Support"
    assert client.get(reverse("people:list")).status_code == 200, "and signs them in"
    assert [event.verb for event in user.events.all()] == ["set_up"]


def test_the_address_works_once(client):
    path = actions.setup_link()
    client.post(path, ADA)
    stranger = Client()
    assert stranger.get(path).status_code == 403
    assert stranger.post(path, {**ADA, "email": "eve@example.org"}).status_code == 403
    assert User.objects.count() == 1
    assert stranger.get("/setup/")["Location"] == "/"


def test_a_newer_start_replaces_the_address(client):
    older, newer = actions.setup_link(), actions.setup_link()
    assert client.get(older).status_code == 403
    assert client.get(newer).status_code == 200


def test_a_weak_password_is_refused_beside_its_field_and_the_rest_stays(client):
    path = actions.setup_link()
    response = client.post(path, {**ADA, "password": "12345678"})
    assert response.status_code == 422
    assert "too common" in response.text
    assert 'value="Tilia Support"' in response.text
    assert not User.objects.exists()


def test_the_token_is_not_kept_in_the_clear():
    token = actions.setup_link().split("/")[2]
    assert token not in SiteSettings.load().setup_token


def test_the_command_prints_the_address_and_nothing_once_it_was_used(settings):
    said = StringIO()
    call_command("first_admin", stdout=said)
    assert f"{settings.SITE_URL}/setup/" in said.getvalue()
    make.administrator()
    said = StringIO()
    call_command("first_admin", stdout=said)
    assert said.getvalue() == ""


def test_only_an_administrator_configures_and_only_with_sense():
    admin = make.administrator()
    actions.configure(by=admin, gate_mode="remind", time_zone="Europe/Berlin")
    assert SiteSettings.load().gate_mode == "remind"
    with pytest.raises(BadValue, match="Europe/Berlin"):
        actions.configure(by=admin, time_zone="Berlin")
    with pytest.raises(NotAllowed):
        actions.configure(by=make.publisher(), gate_mode="off")
