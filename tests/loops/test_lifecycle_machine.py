"""Random people do random verbs: no illegal state, no lost text, nothing seen that is denied.

What may be is written down here a second time, from the words of the specification, and held
against what the product did.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from itertools import count

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from articles import actions, rules
from articles.models import Article, Feedback, Flag, Suggestion, Version
from articles.search import query as engine
from kcs.errors import Refused
from loops.duplicates import actions as duplicates
from loops.models import Link, Merge
from loops.solve import actions as solving
from people import actions as people_actions
from people.models import Right, User
from people.rights import cells, held
from tests import make

pytestmark = pytest.mark.django_db

PARTS = ("issue", "environment", "resolution", "cause")
STATES = {
    "confidence": ("wip", "not_validated", "validated", "archived"),
    "audience": ("internal", "partner", "customer", "public"),
    "governance": ("experience", "compliance"),
}
who = st.integers(0, 8)
which = st.integers(0, 30)
# How often each verb was done and refused: a machine that is only refused would prove nothing.
DONE: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
part = st.sampled_from(PARTS)


class World:
    """Who is there before anything happens, and what they have written."""

    def __init__(self) -> None:
        till = make.domain("till")
        self.cast = [
            make.candidate(),
            make.candidate(),
            make.contributor(),
            make.contributor(),
            make.publisher(),
            make.publisher(),
            make.contributor(is_coach=True),
            make.contributor(),
            make.administrator(),
        ]
        till.experts.add(self.cast[7])
        self.customer = make.customer()
        self.partner = make.customer(organisation=make.organisation(is_partner=True))
        self.ticket = make.ticket()
        make.article(by=self.cast[0], domain=till)
        make.article(by=self.cast[2], title="The drawer stays shut")
        older = make.article(by=self.cast[3], title="Card reader says wait")
        newer = make.article(by=self.cast[2], title="Reader waits for ever")
        duplicates.merge(older, newer, by=self.cast[4])
        public = make.public_article(by=self.cast[4], title="Blank receipts")
        words = {"title": "קבלות ריקות", "resolution": "הפכו את הגליל."}
        actions.translate(public, by=self.cast[4], language="he", changes=words)
        actions.improve(
            public, by=self.cast[2], changes={"cause": "Upside down."}, significance="minor"
        )
        actions.suggest(
            public, by=self.cast[0], changes={"cause": "The roll lies upside down."}
        )
        make.article(
            by=self.cast[5],
            title="How to wipe a till",
            confidence="validated",
            audience="partner",
            governance="compliance",
        )


class Lifecycle(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)
        self.said: set[str] = set()  # words that a save accepted
        self.secret: set[str] = set()  # those that stand in internal passages
        self.atom = transaction.atomic()
        self.atom.__enter__()

    def teardown(self) -> None:
        if sys.exc_info()[0] is None:
            self.nobody_sees_what_the_matrix_denies()
            self.no_secret_leaves()
        transaction.set_rollback(True)
        self.atom.__exit__(None, None, None)

    # What people do ----------------------------------------------------------------------

    def person(self, at: int) -> User:
        """Fresh, as every request has them: rights are read once a request."""
        return User.objects.get(pk=self.world.cast[at].pk)

    def article(self, at: int) -> Article | None:
        known = list(Article.objects.order_by("pk"))
        return known[at % len(known)] if known else None

    def word(self, *, secret: bool = False) -> str:
        made = f"canary{'secret' if secret else 'word'}{next(self.numbers)}x"
        (self.secret if secret else self.said).add(made)
        return made

    def attempt(self, act, *words: str) -> bool:
        """A verb either does all of it, or says no and does nothing."""
        verb = sys._getframe(1).f_code.co_name
        try:
            with transaction.atomic():
                act()
        except Refused:
            self.said -= set(words)
            self.secret -= set(words)
            REFUSED[verb] += 1
            return False
        DONE[verb] += 1
        return True

    @rule(at=who, resolution=st.booleans(), data=st.data())
    def create(self, at, resolution, data) -> None:
        chosen = {name: data.draw(st.sampled_from(values)) for name, values in STATES.items()}
        word = self.word()
        by = self.person(at)
        offered = rules.options(by, None, confidence=chosen["confidence"])
        allowed = all(chosen[name] in getattr(offered, name) for name in STATES)
        before = Article.objects.count()
        self.attempt(
            lambda: actions.create(
                by=by,
                title=f"The drawer stays shut {word}",
                issue="It does not open",
                resolution="Turn the key." if resolution else "",
                **chosen,
            ),
            word,
        )
        if not allowed:
            assert Article.objects.count() == before

    @rule(at=who, number=which, name=part, secret=st.booleans(), stale=st.booleans())
    def write(self, at, number, name, secret, stale) -> None:
        if (article := self.article(number)) is None:
            return
        word = self.word(secret=secret)
        line = f":::internal\n{word}\n:::" if secret else word
        text = f"{getattr(article, name)}\n{line}".strip()
        base = max(1, article.version_number - 1) if stale else article.version_number
        by = self.person(at)
        allowed = rules.may_change(by, article)
        before = article.version_number
        self.attempt(
            lambda: actions.improve(article, by=by, changes={name: text}, base=base), word
        )
        if not allowed:
            article.refresh_from_db()
            assert article.version_number == before

    @rule(at=who, number=which, language=st.sampled_from(["he", "ru"]))
    def translate(self, at, number, language) -> None:
        if (article := self.article(number)) is None:
            return
        word = self.word()
        now = article.text_in(language)
        said = f"{now.issue} {word}" if now else word
        changes = {"title": "Other words", "issue": said, "resolution": "Other steps."}
        by = self.person(at)
        self.attempt(
            lambda: actions.translate(article, by=by, language=language, changes=changes), word
        )

    @rule(at=who, number=which, language=st.sampled_from(["he", "ru", "en"]))
    def choose_master(self, at, number, language) -> None:
        if article := self.article(number):
            by = self.person(at)
            self.attempt(lambda: actions.make_master(article, by=by, language=language))

    @rule(at=who, number=which, name=part)
    def suggest(self, at, number, name) -> None:
        if (article := self.article(number)) is None:
            return
        by = self.person(at)
        changes = {name: f"{getattr(article, name)} better".strip()}
        self.attempt(lambda: actions.suggest(article, by=by, changes=changes))

    @rule(at=who, number=which, yes=st.booleans())
    def decide(self, at, number, yes) -> None:
        waiting = list(Suggestion.objects.open().order_by("pk"))
        if not waiting:
            return
        suggestion, by = waiting[number % len(waiting)], self.person(at)
        allowed = rules.may_decide(by, suggestion)
        if yes:
            self.attempt(lambda: actions.accept(suggestion, by=by))
        else:
            self.attempt(lambda: actions.decline(suggestion, by=by, reason="No."))
        suggestion = Suggestion.objects.get(pk=suggestion.pk)
        assert allowed or suggestion.state == "open"

    @rule(at=who, number=which, data=st.data())
    def restate(self, at, number, data) -> None:
        if (article := self.article(number)) is None:
            return
        names = data.draw(st.sets(st.sampled_from(sorted(STATES)), min_size=1))
        wanted = {name: data.draw(st.sampled_from(STATES[name])) for name in sorted(names)}
        by = self.person(at)
        before = {name: getattr(article, name) for name in STATES}
        at_confidence = wanted.get("confidence", before["confidence"])
        offered = rules.options(by, article, confidence=at_confidence)
        may = rules.may_change(by, article)
        self.attempt(lambda: actions.restate(article, by=by, **wanted))
        article = Article.objects.get(pk=article.pk)
        for name in STATES:
            now = getattr(article, name)
            if now != before[name]:
                assert may
                assert now == wanted[name]
                assert now in getattr(offered, name)

    @rule(at=who, number=which, kind=st.sampled_from(Flag.Kind.values))
    def flag(self, at, number, kind) -> None:
        if article := self.article(number):
            by = self.person(at)
            self.attempt(lambda: actions.flag(article, by=by, kind=kind, note="Look."))

    @rule(at=who, number=which, verb=st.sampled_from(["take", "resolve", "reject"]))
    def answer(self, at, number, verb) -> None:
        waiting = list(Flag.objects.open().order_by("pk"))
        if not waiting:
            return
        flag, by = waiting[number % len(waiting)], self.person(at)
        words = {} if verb == "take" else {"answer": "Done."}
        self.attempt(lambda: getattr(actions, verb)(flag, by=by, **words))

    @rule(number=which, helpful=st.sampled_from([True, False, None]))
    def rate(self, number, helpful) -> None:
        if article := self.article(number):
            comment = "" if helpful is not None else "It says nothing about mine."
            self.attempt(
                lambda: actions.rate(
                    article, by=self.world.customer, helpful=helpful, comment=comment
                )
            )

    @rule(at=who, number=which, back=st.integers(1, 3))
    def restore(self, at, number, back) -> None:
        if article := self.article(number):
            by, earlier = self.person(at), list(article.versions.order_by("-number"))
            version = earlier[min(back, len(earlier) - 1)].number
            self.attempt(lambda: actions.restore(article, by=by, version=version))

    @rule(at=who, number=which)
    def link(self, at, number) -> None:
        if article := self.article(number):
            by = self.person(at)
            self.attempt(lambda: solving.link(self.world.ticket, article, by=by))

    @rule(at=who, one=which, other=which)
    def merge(self, at, one, other) -> None:
        first, second = self.article(one), self.article(other)
        if first is None or second is None or first.pk == second.pk:
            return
        by = self.person(at)
        older, newer = sorted([first, second], key=lambda a: a.pk)
        may = ("change", "merge") in by.rights
        done = self.attempt(lambda: duplicates.merge(older, newer, by=by))
        assert may or not done
        if done:
            assert Article.objects.get(pk=newer.pk).merged_into_id == older.pk

    @rule(at=who, number=which)
    def undo(self, at, number) -> None:
        made = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if made:
            by = self.person(at)
            self.attempt(lambda: duplicates.undo_merge(made[number % len(made)], by=by))

    @rule(at=who, seed=st.integers(0, 10_000))
    def change_a_right(self, at, seed) -> None:
        by, before = self.person(at), held()
        cell = random.Random(seed).choice(sorted(cells()))
        self.attempt(lambda: people_actions.set_rights(by=by, wanted=before ^ {cell}))
        assert by.is_superuser or held() == before

    # What always holds -------------------------------------------------------------------

    @invariant()
    def what_is_kept_is_whole(self) -> None:
        """A few queries for all of it, because it is asked after every step."""
        versions = list(Version.objects.all())
        newest = {(version.article_id, version.number): version for version in versions}
        flags = Counter(Flag.objects.open().values_list("article", flat=True))
        links = Counter(
            Link.objects.filter(kind="resolution").values_list("article", flat=True)
        )
        for article in Article.objects.prefetch_related("translations"):
            self.is_legal(article)
            for holder in (article, *article.translations.all()):
                version = newest[article.pk, holder.version_number]
                assert version.words() == holder.words()
                assert version.language == holder.language
            assert article.open_flags == flags[article.pk]
            assert article.reuse_count == links[article.pk]
        text = "\n".join(
            f"{v.issue} {v.title} {v.environment} {v.resolution} {v.cause}" for v in versions
        )
        assert not [word for word in self.said | self.secret if word not in text]
        # No remark is an orphan.
        assert not Flag.objects.open().filter(owner=None).exists()
        assert not Feedback.objects.open().filter(owner=None).exists()

    def is_legal(self, article: Article) -> None:
        for name, values in STATES.items():
            assert getattr(article, name) in values
        if article.confidence == "validated":
            assert article.resolution
            assert all(t.resolution for t in article.translations.all())
        if article.merged_into_id:
            assert article.confidence == "archived"
        if article.governance == "experience":
            assert article.review_due_on is None

    @rule()
    def nobody_sees_what_the_matrix_denies(self) -> None:
        matrix = set(Right.objects.values_list("competency", "aspect", "value"))
        articles = list(Article.objects.order_by("pk"))
        for reader in [
            *(self.person(at) for at in range(9)),
            self.world.customer,
            self.world.partner,
        ]:
            reader = User.objects.get(pk=reader.pk)
            seen = set(Article.objects.visible_to(reader).values_list("pk", flat=True))
            assert seen == {a.pk for a in articles if self.may_see(reader, a, matrix)}

    def may_see(self, reader: User, article: Article, matrix: set) -> bool:
        if not reader.competency and not reader.is_superuser:
            role = "partner" if reader.is_partner else "customer"
            return (
                article.confidence == "validated"
                and not article.merged_into_id
                and (role, "see", article.audience) in matrix
            )
        roles = {reader.competency}
        if reader.is_coach or reader.is_superuser or reader.expert_of.exists():
            roles.add("publisher")
        granted = {value for role, aspect, value in matrix if role in roles and aspect == "see"}
        both = article.confidence in granted and article.audience in granted
        return both or article.created_by_id == reader.pk

    @rule()
    def no_secret_leaves(self) -> None:
        if not self.secret:
            return
        word = max(self.secret)
        assert not engine.search(word, user=self.world.customer).hits
        assert not engine.search(word, user=self.world.partner).hits
        client = Client()
        client.force_login(self.world.partner)
        for article in Article.objects.readable_by("partner"):
            said = client.get(f"/api/v1/articles/{article.number}/")
            assert said.status_code == 200
            assert "canarysecret" not in said.text


VERBS = (
    *("create", "write", "translate", "choose_master", "suggest", "decide", "restate", "flag"),
    *("answer", "rate", "restore", "link", "merge", "undo", "change_a_right"),
)


def test_random_people_doing_random_verbs_reach_nothing_illegal():
    Lifecycle.world = World()
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=6,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Which of the rarer ones come up is chance; that most do is not.
    assert sum(1 for verb in VERBS if DONE[verb]) >= len(VERBS) - 3, f"Hardly done: {DONE}"
    assert sum(REFUSED.values()) > 20, REFUSED
