"""The rights matrix: rows that decide, effective at once."""

import pytest
from django.db import IntegrityError, transaction

from people import actions
from people.models import Right, User
from people.rights import DEFAULTS, default_rows
from tests import make

pytestmark = pytest.mark.django_db
EXTERNAL = {("audience", value) for value in ("partner", "customer", "public")}


def rights_of(user: User) -> set[tuple[str, str]]:
    """Asked afresh, as the next request does."""
    return User.objects.get(pk=user.pk).rights


def test_a_new_installation_has_the_default_rows():
    rows = set(Right.objects.values_list("competency", "aspect", "value"))
    assert rows == set(default_rows())


@pytest.mark.parametrize("competency", ["candidate", "contributor", "publisher"])
def test_each_competency_has_what_its_rows_say(competency):
    expected = {
        (aspect, value) for aspect, values in DEFAULTS[competency].items() for value in values
    }
    assert rights_of(make.user(competency)) == expected


def test_each_competency_may_what_the_one_before_may_and_more():
    candidate, contributor, publisher = (
        rights_of(make.user(name)) for name in ("candidate", "contributor", "publisher")
    )
    assert candidate < contributor < publisher
    assert not contributor & EXTERNAL
    assert publisher >= EXTERNAL


def test_a_right_taken_away_is_gone_at_once_and_one_given_is_there():
    noa = make.contributor()
    Right.objects.filter(competency="contributor", aspect="change", value="others").delete()
    Right.objects.create(competency="contributor", aspect="audience", value="public")
    assert ("change", "others") not in rights_of(noa)
    assert ("audience", "public") in rights_of(noa)


def test_coaches_experts_and_administrators_have_a_publishers_rights():
    publisher = rights_of(make.publisher())
    expert = make.candidate()
    actions.appoint(make.domain("pay"), experts=[expert])
    for person in (
        make.candidate(is_coach=True),
        expert,
        make.user("", is_superuser=True, is_staff=True),
    ):
        assert rights_of(person) == publisher


def test_customers_and_leavers_have_none():
    leaver = make.publisher()
    actions.deactivate(leaver, by=make.administrator())
    assert rights_of(leaver) == set()
    assert rights_of(make.customer()) == set()


def test_to_manage_a_team_gives_no_right_to_edit():
    manager = make.customer()
    team = make.team()
    team.manager = manager
    team.save()
    assert rights_of(manager) == set()


def test_a_right_is_given_once():
    with pytest.raises(IntegrityError, match="right_once"), transaction.atomic():
        Right.objects.create(competency="candidate", aspect="change", value="own")


def test_the_events_of_an_account_are_kept_by_the_database():
    noa = make.contributor()
    event = noa.events.first()
    with pytest.raises(IntegrityError, match="rows are only added"), transaction.atomic():
        event.delete()
    with pytest.raises(IntegrityError, match="rows are only added"), transaction.atomic():
        noa.events.update(by=None)
