"""The buttons of an improvement, for both pages: which verb, with what was typed."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kcs.errors import BadValue, Refused
from loops.evolve.improvements import actions, rights
from loops.evolve.improvements.forms import AnswerForm, ChangeForm, ShipForm, Spoken
from loops.models import Improvement
from people.models import User


class Desk:
    """What somebody may do with one improvement, and the forms for it."""

    def __init__(self, improvement: Improvement, user: User) -> None:
        self.improvement, self.user = improvement, user
        self.change = ChangeForm(improvement)
        self.answer: Spoken = AnswerForm(initial={"answer": improvement.answer})
        self.ship: Spoken = ShipForm()
        self.error = ""

    @property
    def is_open(self) -> bool:
        return self.improvement.state in actions.OPEN

    @property
    def may_decide(self) -> bool:
        return rights.may_decide(self.user, self.improvement)

    @property
    def may_accept(self) -> bool:
        return self.may_decide and self.improvement.state == Improvement.State.PROPOSED

    @property
    def may_decline(self) -> bool:
        return self.may_decide and self.is_open

    @property
    def may_answer(self) -> bool:
        return rights.may_answer(self.user, self.improvement)

    @property
    def may_ship(self) -> bool:
        return self.may_answer and self.is_open

    @property
    def may_change(self) -> bool:
        return rights.may_change(self.user, self.improvement)

    @property
    def may_reopen(self) -> bool:
        return self.may_decide and not self.is_open

    def act(self, asked: QueryDict) -> str:
        """Do what the button says; what happened, in words. A refusal stands in its form."""
        act = asked.get("act", "")
        verbs = {
            "accept": self._accept,
            "change": self._change,
            "decline": self._decline,
            "answer": self._answer,
            "ship": self._ship,
            "reopen": self._reopen,
        }
        if act not in verbs:
            raise BadValue(_("There is no such act."), field="act")
        return verbs[act](asked)

    def _filled(self, form: Spoken) -> dict[str, Any]:
        if not form.is_valid():
            raise BadValue(_("Look at what is marked."), field="form")
        return form.cleaned_data

    def _heard(self, form: Spoken, verb: Any, *args: Any, **named: Any) -> None:
        try:
            verb(*args, **named)
        except Refused as error:
            form.refuse(error)
            raise

    def _accept(self, asked: QueryDict) -> str:
        self.change = form = ChangeForm(self.improvement, asked)
        given = self._filled(form)
        self._heard(form, actions.accept, self.improvement, by=self.user, **given)
        return _("Accepted. %(person)s owns it.") % {"person": self.improvement.owner}

    def _change(self, asked: QueryDict) -> str:
        self.change = form = ChangeForm(self.improvement, asked)
        given = self._filled(form)
        self._heard(form, actions.change, self.improvement, by=self.user, changes=given)
        return _("Saved.")

    def _decline(self, asked: QueryDict) -> str:
        self.answer = form = AnswerForm(asked)
        said = self._filled(form)["answer"]
        self._heard(form, actions.decline, self.improvement, by=self.user, answer=said)
        return _("Declined. Agents read why.")

    def _answer(self, asked: QueryDict) -> str:
        self.answer = form = AnswerForm(asked)
        said = self._filled(form)["answer"]
        self._heard(form, actions.answer, self.improvement, by=self.user, text=said)
        return _("Answered. Agents read it where they need it.")

    def _ship(self, asked: QueryDict) -> str:
        self.ship = form = ShipForm(asked)
        self._filled(form)
        assert isinstance(form, ShipForm)
        self._heard(form, actions.ship, self.improvement, by=self.user, at=form.moment())
        return _("Shipped. Its effect is measured from now on.")

    def _reopen(self, asked: QueryDict) -> str:
        actions.reopen(self.improvement, by=self.user, reason=asked.get("reason", ""))
        return _("It is open again.")
