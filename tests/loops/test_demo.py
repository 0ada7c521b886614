"""The demo company: believable, the same for one seed, and with what later reports must find."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, DateTimeField, F, Max, Min, Q
from django.utils import timezone

from articles.models import Article, ArticleEvent, Flag, Suggestion, Version
from articles.search import index
from articles.search import query as engine
from loops.demo import generator, load, people, truths
from loops.evolve import access
from loops.evolve.expertise import onboarding
from loops.evolve.expertise import queries as expertise
from loops.evolve.rollups import numbers
from loops.evolve.scope import Scope
from loops.models import (
    Burst,
    Finding,
    Gap,
    Improvement,
    Link,
    Merge,
    Outcome,
    Pair,
    Pattern,
    Search,
)
from loops.solve import actions, gate
from people.models import Domain, Notification, User
from tests.standing import standing
from tickets.models import Message, Ticket, TicketEvent

# Moments that may lie before us.
STILL_TO_COME = {"pending_until", "due_at", "expires_at"}
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """The company, loaded once for all tests of this file and taken back at the end."""
    yield from standing(django_db_blocker, load.load)


pytestmark = pytest.mark.usefixtures("company", "db")


def about(topic: str) -> list[int]:
    """The tickets that were planted with this topic."""
    events = TicketEvent.objects.filter(verb="received", detail__topic=topic)
    return list(events.values_list("ticket", flat=True))


def told(truth: str) -> list[int]:
    events = TicketEvent.objects.filter(verb="received", detail__truth=truth)
    return list(events.values_list("ticket", flat=True))


def named(slug: str) -> Article:
    return Article.objects.get(external_system=truths.SYSTEM, external_id=slug)


# The whole ---------------------------------------------------------------------------------------


def test_the_same_seed_and_day_tell_the_same_story():
    def tale(story):
        return [
            (
                t.created, t.subject, t.text, t.asker.email, t.assignee and t.assignee.email,
                [s.body for s in t.said], [o.outcome for o in t.outcomes],
                [(a.slug, at) for a, _kind, at, _by in t.links],
            )
            for t in story.tickets
        ]  # fmt: skip

    once = tale(generator.tell(NOON))
    assert tale(generator.tell(NOON)) == once
    assert tale(generator.tell(NOON, seed=generator.SEED + 1)) != once


def test_a_company_of_the_promised_size():
    assert Article.objects.count() >= 120
    assert Ticket.objects.count() >= 1_600
    solved = Ticket.objects.filter(state__in=["solved", "closed"])
    assert solved.count() >= 1_500
    assert 120 <= Ticket.objects.undone().count() <= 170
    assert set(Article.objects.values_list("confidence", flat=True)) == {
        "wip", "not_validated", "validated", "archived",
    }  # fmt: skip
    assert set(Article.objects.values_list("audience", flat=True)) == {
        "internal", "partner", "customer", "public",
    }  # fmt: skip
    for model in (Article, Ticket):
        assert set(model.objects.values_list("language", flat=True)) == {"en", "ru", "he"}
    assert Domain.objects.filter(parent=None).count() == 3


def test_no_two_tickets_read_the_same():
    texts = Counter(Ticket.objects.values_list("description", flat=True))
    assert texts.most_common(1)[0][1] == 1


def test_everything_happened_before_now_and_within_the_year():
    now = timezone.now()
    for app in ("people", "articles", "tickets", "loops", "portal"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_fields:
                if isinstance(field, DateTimeField) and field.name not in STILL_TO_COME:
                    latest = model.objects.aggregate(latest=Max(field.name))["latest"]
                    assert latest is None or latest <= now, f"{model.__name__}.{field.name}"
    first = Ticket.objects.aggregate(first=Min("created_at"))["first"]
    assert now - timedelta(days=367) < first < now - timedelta(days=355)


@pytest.mark.parametrize("hour", [8, 12, 14])
def test_the_story_is_over_at_whatever_hour_it_is_told(hour):
    now = datetime(2026, 11, 22, hour, 1, tzinfo=UTC)
    closed = [ticket.closed for ticket in generator.tell(now).tickets if ticket.closed]
    assert closed
    assert max(closed) <= now


def test_nothing_happens_before_its_cause():
    assert not Message.objects.filter(at__lt=F("ticket__created_at")).exists()
    assert not TicketEvent.objects.filter(at__lt=F("ticket__created_at")).exists()
    assert not Search.objects.filter(at__lt=F("ticket__created_at")).exists()
    assert not Link.objects.filter(at__lt=F("version__at")).exists()
    assert not Link.objects.filter(at__gt=F("ticket__solved_at")).exists()
    assert not Ticket.objects.filter(solved_at__lt=F("first_response_at")).exists()
    assert not Ticket.objects.filter(created_at__lt=F("assignee__joined_at")).exists()
    assert not ArticleEvent.objects.filter(at__lt=F("article__created_at")).exists()
    for article in Article.objects.all():
        moments = list(article.versions.order_by("number").values_list("at", flat=True))
        assert moments == sorted(moments)


def test_every_solved_ticket_has_an_outcome_that_its_rows_prove():
    solved = Ticket.objects.filter(state__in=["solved", "closed"])
    assert not solved.exclude(outcomes__ended_at=None).exists()
    assert not Outcome.objects.filter(outcome="imported").exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.number, loops_missing(t.id, t.number, o.outcome, o.reason, o.note) "
            "from tickets_ticket t join loops_outcome o on o.ticket_id = t.id "
            "and o.ended_at is null where t.state in ('solved', 'closed')"
        )
        assert [row for row in cursor.fetchall() if row[1]] == []
    assert not Ticket.objects.undone().filter(outcomes__ended_at=None, outcomes__isnull=False)


def test_outcomes_are_spread_as_in_a_team_that_learns():
    solved = Ticket.objects.filter(state__in=["solved", "closed"])
    found = Counter(Outcome.objects.filter(ended_at=None).values_list("outcome", flat=True))
    assert set(found) == {"reused", "improved", "flagged", "created", "no_knowledge"}
    assert min(found.values()) >= 30
    linked = solved.filter(links__kind="resolution").distinct()
    now = timezone.now()

    def rate(begin: int, end: int) -> float:
        span = Q(solved_at__gte=now - timedelta(days=begin), solved_at__lt=now - timedelta(end))
        return linked.filter(span).count() / solved.filter(span).count()

    assert 0.36 < rate(370, 280) < 0.54
    assert 0.6 < rate(90, 0) < 0.78
    assert rate(90, 0) > rate(370, 280) + 0.1
    assert Ticket.objects.filter(reopened_count__gt=0).count() > 20
    assert Ticket.objects.exclude(csat=None).count() > 300


def test_counters_equal_their_rows():
    for article in Article.objects.annotate(
        seen=Count("views", distinct=True),
        helped=Count("feedback", filter=Q(feedback__helpful=True), distinct=True),
        flagged=Count("flags", filter=Q(flags__state__in=["open", "taken"]), distinct=True),
    ):
        reuse = Link.objects.resolutions().filter(article=article)
        if article.origin_type == "ticket":
            reuse = reuse.exclude(ticket__number=article.origin_id)
        assert article.reuse_count == reuse.count()
        assert article.last_reused_at == reuse.aggregate(last=Max("at"))["last"]
        assert (article.view_count, article.helped_count, article.open_flags) == (
            article.seen, article.helped, article.flagged,
        )  # fmt: skip
        assert article.version_number == article.versions.count()
        last = article.versions.get(number=article.version_number)
        assert article.words() == last.words()
    for ticket in Ticket.objects.annotate(
        said=Count("messages", filter=Q(messages__by__isnull=False, messages__internal=False))
    ):
        assert ticket.reply_count == ticket.said


def test_the_index_holds_the_articles_with_the_words_of_their_tickets():
    article = Article.objects.order_by("-reuse_count")[0]
    from articles.models import Document

    document = Document.objects.get(pk=article.pk)
    recent = (
        Link.objects.resolutions()
        .filter(article=article)
        .exclude(ticket__team__private=True)
        .order_by("-at", "-pk")
        .values_list("ticket__subject", "ticket__description")[: index.DEMAND_TICKETS]
    )
    wanted = index.demand_of([f"{s}\n{d}" for s, d in recent], article.language)
    assert [tuple(one) for one in document.demand] == [tuple(one) for one in wanted]


def test_articles_carry_a_history_by_several_people():
    assert Version.objects.filter(number__gt=1).count() > 150
    several = Article.objects.annotate(n=Count("versions__by", distinct=True)).filter(n__gt=1)
    assert several.count() > 60
    assert set(Suggestion.objects.values_list("state", flat=True)) == {
        "open", "accepted", "declined",
    }  # fmt: skip
    assert set(Flag.objects.values_list("state", flat=True)) == {
        "open", "taken", "resolved", "rejected",
    }  # fmt: skip
    assert Article.objects.filter(origin_type="ticket").count() > 25


def test_the_desk_has_what_a_desk_has():
    assert User.objects.get(email="admin@demo.test").saved_views.count() == 0
    from tickets.models import CannedReply, SavedView

    assert set(CannedReply.objects.values_list("language", flat=True)) == {"en", "ru", "he"}
    assert SavedView.objects.filter(shared=True).count() >= 2
    kinds = set(Notification.objects.values_list("kind", flat=True))
    assert kinds >= {"assigned", "mentioned", "replied", "flag_raised", "flag_answered"}
    assert Notification.objects.unread().exists()
    assert Ticket.objects.filter(state="pending", pending_until__gt=timezone.now()).exists()
    assert Ticket.objects.filter(team__private=True).exists()


# The people --------------------------------------------------------------------------------------


def test_everybody_signs_in_with_the_one_password():
    for name in (
        "candidate", "contributor", "publisher", "coach", "expert", "manager", "admin", "customer",
    ):  # fmt: skip
        user = User.objects.get(email=f"{name}@demo.test")
        assert user.check_password(settings.KCS_DEMO_PASSWORD)
    assert authenticate(username="admin@demo.test", password="wrong") is None
    assert User.objects.get(email="candidate@demo.test").competency == "candidate"
    assert User.objects.get(email="coach@demo.test").is_coach
    assert User.objects.get(email="expert@demo.test").expert_domains
    assert User.objects.get(email="manager@demo.test").manages.exists()
    assert User.objects.get(email="admin@demo.test").is_superuser
    assert not User.objects.get(email="customer@demo.test").is_agent
    assert User.objects.get(email="partner@demo.test").is_partner
    assert User.objects.agents().count() >= 20
    assert not User.objects.get(email=people.LEAVER).is_active


def test_a_customer_sees_their_own_and_nothing_else():
    user = User.objects.get(email="customer@demo.test")
    seen = Ticket.objects.visible_to(user)
    assert seen.filter(requester__user=user).exists()
    assert not seen.exclude(
        Q(requester__user=user) | Q(organisation=user.organisation)
    ).exists()


# What was planted --------------------------------------------------------------------------------


def test_the_burst_is_one_day_with_many_of_one_topic():
    day = timezone.now() - timedelta(days=truths.BURST_DAYS_AGO)
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    those = Ticket.objects.filter(pk__in=told("burst"))
    that_day = those.filter(
        created_at__gte=midnight, created_at__lt=midnight + timedelta(days=1)
    )
    assert that_day.count() >= 30
    assert set(those.values_list("environment__version", flat=True)) == {"6.4.1"}
    article = named(truths.BURST_TOPIC)
    assert article.origin_type == "ticket"
    assert article.created_at.date() == midnight.date()
    assert article.reuse_count >= 15


@pytest.mark.parametrize("gap", truths.GAPS)
def test_a_gap_comes_again_and_again_and_has_no_article(gap):
    tickets = Ticket.objects.filter(pk__in=about(gap))
    assert tickets.filter(state__in=["solved", "closed"]).count() >= 12
    assert not Link.objects.resolutions().filter(ticket__in=tickets).exists()


def test_ted_answers_his_topic_alone_and_links_nothing():
    tickets = Ticket.objects.filter(pk__in=told("ted"), state__in=["solved", "closed"])
    ted = User.objects.get(email=truths.TED)
    assert tickets.count() >= 35
    assert tickets.filter(solved_by=ted).count() / tickets.count() > 0.65
    assert not Link.objects.filter(ticket__in=tickets, by=ted).exists()
    assert named(truths.TED_TOPIC).confidence != "validated"


@pytest.mark.parametrize("email", truths.NEWCOMERS)
def test_newcomers_joined_in_the_last_two_months_and_work(email):
    user = User.objects.get(email=email)
    assert timezone.now() - user.joined_at < timedelta(days=62)
    assert Ticket.objects.filter(solved_by=user).count() >= 8
    assert user.coach is not None


def test_the_defect_comes_back_all_year():
    tickets = Ticket.objects.filter(pk__in=about(truths.DEFECT_TOPIC))
    assert tickets.filter(is_defect=True).count() >= 20
    months = {(t.created_at.year, t.created_at.month) for t in tickets}
    assert len(months) >= 6


def test_every_planted_duplicate_is_found_with_few_others():
    """The measure of docs/kcs.md for the pairs that the night finds."""
    numbers = dict(Article.objects.exclude(external_id="").values_list("external_id", "number"))
    planted = {frozenset((numbers[a], numbers[b])) for a, b in truths.DUPLICATES.items()}
    pairs = Pair.objects.values_list("older__number", "newer__number")
    found = {frozenset(pair) for pair in pairs}
    assert planted <= found
    assert len(found) <= 24
    assert Merge.objects.get().gone.merged_into is not None


@pytest.mark.parametrize(
    ("one", "other"), [*truths.DUPLICATES.items(), *truths.CONTRADICTIONS.items()]
)
def test_twins_are_both_there_and_both_used(one, other):
    assert named(one).domain == named(other).domain
    assert named(one).language == named(other).language
    if one in truths.CONTRADICTIONS:
        assert named(one).reuse_count > 3
        assert named(other).reuse_count > 3


@pytest.mark.parametrize("slug", truths.OUTDATED)
def test_outdated_knowledge_is_still_validated(slug):
    assert named(slug).confidence == "validated"


# The queue of today ------------------------------------------------------------------------------


def test_the_right_article_ranks_among_the_first_three_for_most_open_tickets():
    agent = User.objects.get(email="publisher@demo.test")
    twins = {**truths.DUPLICATES, **truths.CONTRADICTIONS}
    near, asked = 0, 0
    for event in TicketEvent.objects.filter(
        verb="received", ticket__state__in=["new", "open", "pending"]
    ).select_related("ticket"):
        topic = event.detail.get("topic", "")
        right = {topic} | {b for a, b in twins.items() if a == topic}
        right |= {a for a, b in twins.items() if b == topic}
        if not Article.objects.filter(external_id=topic).exists():
            continue
        asked += 1
        hits = actions.look(event.ticket, by=agent, limit=3).hits
        found = Article.objects.filter(pk__in=[hit.article_id for hit in hits])
        near += bool(right & set(found.values_list("external_id", flat=True)))
    assert asked > 80
    assert near / asked > 0.88


@pytest.mark.parametrize(("truth", "outcome"), truths.EXAMPLES.items())
def test_an_example_waits_for_each_outcome(truth, outcome):
    (key,) = told(f"example:{truth}")
    ticket = Ticket.objects.get(pk=key)
    assert ticket.state == "new"
    assert ticket.assignee is None
    agent = User.objects.get(email="contributor@demo.test")
    results, _search = actions.suggest(ticket, by=agent)
    if outcome in ("created", "no_knowledge"):
        assert gate.missing(ticket, outcome)[0]
        return
    topic = ticket.events.get(verb="received").detail["topic"]
    assert results.hits[0].number == named(topic).number


def test_the_examples_can_be_worked_to_their_outcomes():
    agent = User.objects.get(email="contributor@demo.test")

    def ticket(truth: str) -> Ticket:
        return Ticket.objects.get(pk=told(f"example:{truth}")[0])

    one = ticket("improve")
    _results, _search = actions.suggest(one, by=agent)
    article = named("printer-cutter-t1219")
    actions.improve(
        one, article, by=agent,
        changes={"resolution": f"{article.resolution}\n\nNewer printers: loosen the screw first."},
    )  # fmt: skip
    actions.solve(one, by=agent, outcome="improved")
    assert Ticket.objects.get(pk=one.pk).state == "solved"


# The command -------------------------------------------------------------------------------------


def test_a_second_call_changes_nothing_and_names_the_people():
    out = io.StringIO()
    before = Ticket.objects.count(), User.objects.count()
    call_command("demo", stdout=out)
    assert (Ticket.objects.count(), User.objects.count()) == before
    assert "already" in out.getvalue()
    assert "candidate@demo.test" in out.getvalue()
    assert settings.KCS_DEMO_PASSWORD in out.getvalue()


def test_search_finds_the_demo_in_three_languages():
    agent = User.objects.get(email="publisher@demo.test")
    for words, slug in [
        ("blank receipts", "till-printer-blank"),
        ("бледный чек", "ru-bledny-chek"),
        ("זיכוי ללקוח", "he-ziku-lakoach"),
    ]:
        hits = engine.search(words, user=agent).hits[:3]
        assert named(slug).pk in [hit.article_id for hit in hits]


def test_demo_data_never_mixes_with_somebodys_work():
    # As in a base where somebody works already, and no demo was loaded.
    User.objects.filter(email="admin@demo.test").update(email="boss@demo.test")
    with pytest.raises(CommandError, match="empty"):
        call_command("demo", stdout=io.StringIO())


# What the evolve loop has to find ----------------------------------------------------------------


def test_the_burst_is_found_on_its_day():
    day = timezone.localdate() - timedelta(days=truths.BURST_DAYS_AGO)
    dearest = Burst.objects.order_by("-cost")[0]
    assert dearest.topic.article == named(truths.BURST_TOPIC)
    assert abs((dearest.day - day).days) <= 1
    assert dearest.count >= 25


def test_every_gap_is_found_with_its_tickets():
    found, others = set(), 0
    for gap in Gap.objects.filter(kind="topic", state="open"):
        members = gap.topic.members.values_list("ticket", flat=True)
        events = TicketEvent.objects.filter(verb="received", ticket__in=members)
        planted = Counter(
            detail.get("topic") for detail in events.values_list("detail", flat=True)
        )
        ((topic, n),) = planted.most_common(1)
        if topic in truths.GAPS and n >= 0.8 * len(members):
            found.add(topic)
            # What people searched for in vain is evidence, too.
            assert gap.times_searched
        else:
            others += 1
    assert found == set(truths.GAPS)
    # Chance makes clusters as well: few enough to look at.
    assert others <= 2


def test_an_expert_who_answers_from_memory_is_found_and_gets_a_list():
    ted = User.objects.get(email=truths.TED)
    held = expertise.held(person=ted.pk)
    his = [one for one in held if one.topic.article == named(truths.TED_TOPIC)]
    assert his[0].is_concentrated
    assert his[0].people[0][0] == ted.pk
    # Others are the only ones who speak a language; nobody else answers so much without a link.
    marked = [one for one in expertise.held() if one.is_concentrated]
    assert max(marked, key=lambda one: one.unlinked).topic == his[0].topic
    assert expertise.absence(ted, user=ted).topics[0].held.topic == his[0].topic
    # The answer is written down, and people do not find it: his words are missing in it.
    assert Gap.objects.filter(kind="findability", article=named(truths.TED_TOPIC)).exists()


def test_newcomers_are_seen_on_their_way():
    newest = onboarding.cohorts("contributor", everybody(), least=0)[-1]
    joined = User.objects.filter(email__in=truths.NEWCOMERS).values_list("joined_at", flat=True)
    assert min(timezone.localdate(at) for at in joined) >= newest.begins
    assert newest.people >= len(truths.NEWCOMERS)
    assert newest.curve.open >= len(truths.NEWCOMERS)


def everybody():
    return access.teams_for(User.objects.get(email="admin@demo.test"))


def test_answers_that_contradict_each_other_are_found():
    found = Finding.objects.get(key="contradictions").data["pairs"]
    pairs = {frozenset((one["older"], one["newer"])) for one in found}
    for one, other in truths.CONTRADICTIONS.items():
        assert frozenset((named(one).pk, named(other).pk)) in pairs


def test_the_fault_of_the_product_costs_most_and_is_proposed():
    dearest = Improvement.objects.filter(state__in=["proposed", "accepted"]).order_by("-cost")[
        0
    ]
    assert (dearest.kind, dearest.article) == ("product", named(truths.DEFECT_TOPIC))
    assert dearest.evidence["tickets"] >= 20
    effects = [one.effect["says"] for one in Improvement.objects.filter(state="shipped")]
    assert "fewer" in effects


def test_the_till_version_that_shuts_the_drawer_is_found_as_a_pattern():
    patterns = Pattern.objects.filter(kind="environment", articles=named(truths.BURST_TOPIC))
    assert {"facet": "version", "value": "6.4.1"} in [
        {name: one.evidence.get(name) for name in ("facet", "value")} for one in patterns
    ]


def test_an_article_for_an_inquiry_of_another_system_names_it():
    assert Article.objects.filter(origin_type="crm", origin_id="OPP-4711").exists()


def test_figures_of_the_year_are_those_of_the_rows():
    scope = Scope.asked({"period": "1y"}, User.objects.get(email="admin@demo.test"))
    told = numbers.totals(scope)
    solved = Ticket.objects.filter(
        scope.tickets(), solved_at__gte=scope.since, solved_at__lt=scope.until
    )
    linked = solved.filter(links__isnull=False).distinct().count()
    assert (told.solved + told.imported, told.linked) == (solved.count(), linked)
