"""Evidence, computed: what raises it, what lowers it, and the rows that it is counted from.

The figures were worked out by hand from docs/upkeep.md.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from articles import actions
from articles.models import Article
from loops import tasks
from loops.models import Link, Upkeep
from loops.solve import actions as solving
from loops.upkeep import computing, scoring, words
from loops.upkeep.scoring import Counted, Facts
from people.models import Release
from tests import make
from tickets.models import Ticket

DAY = timedelta(days=1)


def evidence(**facts) -> float:
    return scoring.score(Facts(**facts)).evidence


# The formula, by hand ------------------------------------------------------------------------


def test_without_any_use_the_confidence_alone_speaks():
    assert evidence(confidence="wip") == 0.25
    assert evidence(confidence="not_validated") == 0.5
    assert evidence(confidence="validated") == 0.75


def test_a_reuse_that_held_is_one_proof_more():
    # (3 + 4) / (4 + 4)
    assert evidence(confidence="validated", reuses=Counted(4, 4.0)) == 0.875


def test_each_failure_weighs_as_written_down():
    def with_one(**facts):
        return evidence(confidence="validated", **facts)

    assert with_one(reopened=Counted(1, 1.0)) == 0.6  # 3 / 5
    assert with_one(low_csat=Counted(1, 1.0)) == 0.6667  # 3 / 4.5
    assert with_one(not_helpful=Counted(1, 1.0)) == 0.6667
    assert with_one(open_flags=Counted(1, 2.0)) == 0.5  # 3 / 6
    assert with_one(mended_flags=Counted(1, 2.0)) == 0.6  # 3 / 5


def test_a_year_without_proof_halves_it_and_each_release_takes_its_part():
    assert evidence(confidence="validated", idle_days=365) == 0.375
    assert evidence(confidence="validated", releases=("6.4",)) == 0.6375
    assert evidence(confidence="validated", releases=("6.5", "6.4")) == 0.5419


def test_harm_is_demand_times_doubt_times_severity():
    found = scoring.score(Facts(confidence="validated", demand=8, severity=1.5))
    assert (found.doubt, found.harm) == (0.25, 3.0)


def test_every_reason_has_its_sentence():
    facts = Facts(
        reuses=Counted(2, 2.0), confirmations=Counted(1, 1.0), reopened=Counted(1, 1.0),
        low_csat=Counted(3, 1.0), not_helpful=Counted(1, 1.0), open_flags=Counted(2, 1.0),
        mended_flags=Counted(1, 1.0), idle_days=90, releases=("6.5", "6.4"),
    )  # fmt: skip
    said = words.line(scoring.reasons(facts))
    assert said.startswith("2 open flags · 1 ticket was reopened after its use")
    assert "2 releases since it was last proved, the newest 6.5" in said
    assert said.count(" · ") == 8
    assert words.told([["of an older version", 1]]) == []


# From the rows ---------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def computed(article: Article, **later) -> Upkeep:
    computing.compute([article.pk], now=timezone.now() + timedelta(**later))
    return Upkeep.objects.get(article=article)


@pytest.fixture
def article():
    return make.public_article(by=make.publisher(), domain=make.domain("till"))


def test_reuse_by_others_renews_and_ones_own_does_not(article):
    before = computed(article).evidence
    author = article.created_by
    make.solved_ticket(by=author, article=article)
    own = computed(article)
    assert own.evidence == before
    assert (own.links, own.reuses_30, own.reasons) == (1, 0, [["only_own", 1]])
    dana = make.contributor(name="Dana")
    make.solved_ticket(by=dana, article=article)
    renewed = computed(article)
    assert renewed.evidence == pytest.approx(0.8, abs=0.001)  # (3 + 1) / 5
    assert (renewed.reuses_30, renewed.reusers_90, renewed.last_reuse_by) == (1, 1, dana)


def test_who_improved_a_version_does_not_prove_it_by_using_it(article):
    editor = make.publisher()
    actions.improve(article, by=editor, changes={"resolution": "Better steps."})
    make.solved_ticket(by=editor, article=article)
    assert computed(article).reasons == [["only_own", 1]]


def test_a_ticket_that_is_not_solved_proves_nothing_yet(article):
    ticket = make.searched(make.ticket(), by=make.contributor())
    solving.link(ticket, article, by=make.contributor())
    found = computed(article)
    assert (found.demand, found.reuses_30, found.evidence) == (1, 0, 0.75)


def test_a_reopened_ticket_lowers_it(article):
    ticket = make.solved_ticket(article=article)
    proved = computed(article).evidence
    solving.reopen(ticket, by=make.contributor())
    found = computed(article)
    assert found.evidence < 0.75 < proved
    assert ["reopened", 1] in found.reasons


def test_low_satisfaction_lowers_it(article):
    ticket = make.solved_ticket(article=article)
    Ticket.objects.filter(pk=ticket.pk).update(csat=2)
    found = computed(article)
    assert found.evidence == pytest.approx(0.6667, abs=0.001)  # 3 / 4.5
    assert ["low_csat", 1] in found.reasons


def test_a_flag_lowers_it_a_mended_one_less_and_a_rejected_one_not(article):
    before = computed(article).evidence
    flag = actions.flag(article, by=make.candidate(), kind="incorrect")
    flagged = computed(article).evidence
    actions.resolve(flag, by=article.created_by, answer="Mended")
    mended = computed(article).evidence
    assert flagged == 0.5
    assert mended == pytest.approx(0.6, abs=0.001)
    other = actions.flag(article, by=make.candidate(), kind="incorrect")
    actions.reject(other, by=article.created_by, answer="It is right")
    assert computed(article).evidence == pytest.approx(mended, abs=0.001)
    assert before == 0.75


def test_readers_who_were_not_helped_lower_it(article):
    actions.rate(article, by=None, helpful=False)
    actions.rate(article, by=None, helpful=True)
    assert computed(article).evidence == pytest.approx(0.6667, abs=0.001)


def test_age_without_use_lowers_it_and_so_does_a_release_of_a_branch_above(article):
    make.solved_ticket(article=article)
    assert computed(article, days=200).evidence < computed(article).evidence
    branch = make.domain("printers", parent=article.domain)
    Article.objects.filter(pk=article.pk).update(domain=branch)
    now = computed(article, days=10).evidence
    on = timezone.localdate() + 5 * DAY
    Release.objects.create(domain=branch.parent, name="Till 6.2", released_on=on)
    Release.objects.create(domain=make.domain("pay"), name="Pay 3", released_on=on)
    found = computed(article, days=10)
    assert found.evidence == pytest.approx(now * 0.85, abs=0.001)
    assert ["release", "Till 6.2", 1] in found.reasons


def test_severe_tickets_weigh_more(article):
    urgent = make.solved_ticket(article=article)
    make.solved_ticket(article=article)
    Ticket.objects.filter(pk=urgent.pk).update(priority=4)
    found = computed(article)
    assert found.severity == 2.0
    assert found.harm == pytest.approx(found.demand * found.doubt * 2, abs=0.001)


def test_a_private_teams_tickets_are_not_even_counted(article):
    hidden = make.team(private=True)
    insider = make.contributor(team=hidden)
    ticket = make.solved_ticket(by=insider, article=article)
    Ticket.objects.filter(pk=ticket.pk).update(team=hidden)
    found = computed(article)
    assert (found.links, found.demand, found.last_reuse_by) == (0, 0, None)
    assert found.reasons == [["unused"]]


def test_the_nightly_job_computes_everything_and_may_be_repeated_or_killed(article):
    others = [make.article() for _ in range(3)]
    assert tasks.compute_upkeep() == 4
    first = {row.pk: row.evidence for row in Upkeep.objects.all()}
    Upkeep.objects.filter(article=others[0]).delete()  # what a killed job did not come to
    tasks.compute_upkeep()
    assert {row.pk: row.evidence for row in Upkeep.objects.all()} == first


def test_the_quick_job_computes_what_something_happened_to(article):
    quiet = make.article()
    tasks.compute_upkeep()
    # As if computed an hour ago; only the article's events are younger.
    Upkeep.objects.update(computed_at=F("computed_at") + timedelta(hours=1))
    assert tasks.refresh_upkeep() == 0
    Upkeep.objects.filter(article=article).update(computed_at=timezone.now() - DAY)
    actions.flag(article, by=make.candidate(), kind="incorrect")
    assert tasks.refresh_upkeep() == 1
    assert Upkeep.objects.get(article=article).evidence == 0.5
    assert Upkeep.objects.get(article=quiet).evidence == 0.5


def test_a_reopened_ticket_reaches_the_quick_job_through_its_link(article):
    ticket = make.solved_ticket(article=article)
    tasks.compute_upkeep()
    Upkeep.objects.update(computed_at=timezone.now() + timedelta(hours=1))
    solving.reopen(ticket, by=make.contributor())
    later = timezone.now() + timedelta(hours=2)
    ticket.events.create(verb="solved", by=None, at=later)
    assert tasks.refresh_upkeep() == 1
    assert ["reopened", 1] in Upkeep.objects.get(article=article).reasons


# The panel ------------------------------------------------------------------------------------


def test_the_panel_says_who_confirmed_it_and_why_we_doubt(
    client, htmx, article, django_assert_max_num_queries
):
    """ch/02 in part: use of the article, in words, on its page."""
    for _ in range(2):
        make.solved_ticket(by=make.contributor(name="Dana Moss"), article=article)
    actions.flag(article, by=make.candidate(), kind="unclear")
    computing.compute([article.pk])
    address = reverse("upkeep:evidence", args=[article.number])
    htmx.force_login(make.publisher())
    htmx.get(address)  # a process asks once whether anybody was set up
    with django_assert_max_num_queries(11):
        panel = htmx.get(address)
    assert "Confirmed by 2 reuses in 30 days, last by Dana Moss" in panel.text
    assert "1 open flag" in panel.text
    assert "<html" not in panel.text
    client.force_login(make.candidate())
    page = client.get(address).text
    assert "<html" in page
    assert "It is right" not in page  # a candidate may not say so
    assert "Recall" not in page


def test_the_panel_of_an_article_that_no_job_has_seen_is_computed_at_once(htmx, article):
    htmx.force_login(make.contributor())
    assert "75%" in htmx.get(reverse("upkeep:evidence", args=[article.number])).text


def test_readers_outside_get_no_panel(client, api, article):
    client.force_login(make.customer())
    assert client.get(reverse("upkeep:evidence", args=[article.number])).status_code == 403
    assert api(make.customer()).get(f"articles/{article.number}/evidence/").status_code == 403
    assert api(None).get(f"articles/{article.number}/evidence/").status_code == 401


def test_programs_read_the_same_evidence(api, article):
    make.solved_ticket(article=article)
    told = api(make.contributor()).get(f"articles/{article.number}/evidence/").json()
    assert told["evidence"] == pytest.approx(0.8, abs=0.001)
    assert told["reasons"][0]["text"] == "1 reuse by somebody else held"
    assert Link.objects.count() == 1


def test_the_demo_company_has_evidence_and_a_recall_that_is_half_done():
    from loops.demo.after import upkeep

    article = make.public_article(by=make.publisher())
    make.user(is_coach=True)
    for _ in range(3):
        make.solved_ticket(article=article)
    actions.improve(article, by=make.publisher(), changes={"resolution": "Better."})
    upkeep.add(timezone.now())
    recall = article.recalls.get()
    assert sorted(item.state for item in recall.items.all()) == [
        "contacted", "contacted", "waiting",
    ]  # fmt: skip
    assert Upkeep.objects.count() == 1
    call_command("check")
