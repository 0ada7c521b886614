"""The product tree: planted, moved and looked after by administrators."""

import pytest
from django.db.models import ProtectedError

from kcs.errors import BadValue, NotAllowed
from people import actions
from people.models import Domain
from tests import make

pytestmark = pytest.mark.django_db


def paths() -> list[str]:
    return list(Domain.objects.order_by("path").values_list("path", flat=True))


def test_a_branch_stands_under_its_parent():
    pay = actions.plant(name="Tilia Pay", slug="pay")
    actions.plant(name="Refunds & disputes", parent=pay)
    assert paths() == ["pay", "pay/refunds-disputes"]


def test_moving_a_branch_takes_everything_below_along():
    pay, office = actions.plant(name="Pay"), actions.plant(name="Office")
    payouts = actions.plant(name="Payouts", parent=pay)
    actions.plant(name="Delays", parent=payouts)
    actions.move(payouts, parent=office)
    assert paths() == ["office", "office/payouts", "office/payouts/delays", "pay"]
    actions.move(office, slug="back-office")
    assert "back-office/payouts/delays" in paths()
    actions.move(payouts, parent=None)
    assert "payouts/delays" in paths()


def test_a_branch_whose_name_begins_like_another_stays_where_it_is():
    pay = actions.plant(name="Pay")
    actions.plant(name="Payroll")
    actions.move(pay, slug="money")
    assert paths() == ["money", "payroll"]


def test_a_branch_cannot_stand_under_itself():
    pay = actions.plant(name="Pay")
    payouts = actions.plant(name="Payouts", parent=pay)
    for parent in (pay, payouts):
        with pytest.raises(BadValue, match="under itself"):
            actions.move(pay, parent=parent)


def test_two_branches_do_not_stand_at_one_place():
    actions.plant(name="Pay")
    with pytest.raises(BadValue, match="short name"):
        actions.plant(name="PAY")
    with pytest.raises(BadValue, match="small Latin letters"):
        actions.plant(name="Pay", slug="a/b")


def test_only_administrators_shape_the_tree():
    pay = actions.plant(name="Pay")
    with pytest.raises(NotAllowed):
        actions.plant(name="Till", by=make.publisher())
    with pytest.raises(NotAllowed):
        actions.move(pay, name="Money", by=make.publisher())


def test_experts_are_agents_and_look_after_the_branches_below():
    pay = actions.plant(name="Pay")
    payouts = actions.plant(name="Payouts", parent=pay)
    noa = make.contributor()
    actions.appoint(pay, experts=[noa])
    assert noa.expert_domains == {pay.pk, payouts.pk}
    with pytest.raises(BadValue, match="agents"):
        actions.appoint(pay, experts=[make.customer()])


def test_a_branch_with_articles_is_not_removed():
    pay = actions.plant(name="Pay")
    make.article(domain=pay)
    with pytest.raises(ProtectedError):
        pay.delete()
