"""Search finds what a person may see, says why, and tells nothing else."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, connections, transaction
from django.template import Context, Template
from django.utils import timezone, translation

from articles import actions
from articles.models import Article
from articles.search import index, weighing
from articles.search.models import CorpusStat, Document, NewTerm, Posting, Term
from articles.search.passages import MARK, UNMARK
from articles.search.query import duplicates, facets, search, terms
from tests import make

pytestmark = pytest.mark.django_db


def numbers(text, user, **more):
    return [hit.number for hit in search(text, user=user, **more).hits]


# What is found -----------------------------------------------------------------------------


def test_an_article_is_found_in_the_transaction_that_writes_it():
    agent = make.contributor()
    with transaction.atomic():
        article = make.article(title="The drawer stays shut", by=agent)
        assert numbers("drawer shut", agent) == [article.number]


def test_an_article_is_found_by_every_part_it_has():
    agent = make.contributor()
    article = make.article(
        by=agent,
        title="alpha",
        issue="bravo",
        environment="charlie",
        resolution="delta",
        cause="foxtrot",
        tags=["hotel"],
        environment_facets={"app": "India 7"},
    )
    for word in ("alpha", "bravo", "charlie", "delta", "foxtrot", "hotel", "india"):
        assert numbers(word, agent) == [article.number], word


def test_the_title_says_more_than_the_text():
    agent = make.contributor()
    make.article(by=agent, title="Colours", issue="The receipt is red", resolution="Repaint.")
    titled = make.article(by=agent, title="Receipt", issue="It is red", resolution="Repaint.")
    assert numbers("receipt", agent)[0] == titled.number


def test_what_an_improvement_removes_is_found_no_more():
    agent = make.contributor()
    article = make.article(by=agent, title="Old paperjam words")
    actions.improve(article, by=agent, changes={"title": "New words about rollers"})
    assert numbers("paperjam", agent) == []
    assert numbers("rollers", agent) == [article.number]


def test_an_archived_article_is_found_only_when_asked_for():
    agent = make.contributor()
    article = make.article(by=agent, title="Fax machine settings")
    actions.restate(article, by=agent, confidence="archived", reason="nobody has one")
    assert numbers("fax machine", agent) == []
    assert numbers("fax machine", agent, archived=True) == [article.number]
    assert numbers("fax machine", agent, filters={"confidence": "archived"}) == [article.number]


def test_a_deleted_article_leaves_nothing_in_the_index():
    article = make.article(title="Vanishing")
    with connection.cursor() as cursor:
        cursor.execute("set local kcs.erasing = 'on'")
        cursor.execute("delete from articles_articleevent where article_id = %s", [article.pk])
        cursor.execute("delete from articles_version where article_id = %s", [article.pk])
        cursor.execute("delete from articles_article where id = %s", [article.pk])
    assert not Document.objects.filter(article_id=article.pk).exists()
    assert not Posting.objects.filter(article_id=article.pk).exists()


def test_a_ticket_in_one_language_finds_articles_of_another_by_code_and_product():
    agent = make.contributor()
    hebrew = make.article(by=agent, language="he", title="שגיאה P-4107 במסוף VPN")
    russian = make.article(by=agent, language="ru", title="Ошибка P-4107 терминала")
    assert set(numbers("the terminal says p4107", agent)) == {hebrew.number, russian.number}
    assert hebrew.number in numbers("my VPN fails", agent)
    assert hebrew.number in numbers("VPN не работает", agent, language="ru")


def test_an_article_in_the_language_of_the_question_comes_first():
    agent = make.contributor()
    for n in range(5):
        make.article(by=agent, title=f"VPN trouble {n}")
    hebrew = make.article(by=agent, language="he", title="החיבור של VPN מתנתק")
    assert numbers("החיבור של VPN", agent)[0] == hebrew.number


def test_a_text_whose_language_nobody_named_is_found_in_any_of_its_script():
    agent = make.contributor()
    german = make.article(by=agent, language="de", title="Karten werden abgelehnt")
    assert numbers("Karte abgelehnt", agent) == [german.number]


def test_a_word_is_found_while_it_is_being_typed():
    agent = make.contributor()
    printer = make.article(by=agent, title="Printer without paper", issue="")
    terminal = make.article(
        by=agent, language="ru", title="Терминал выключен", issue="", tags=["P-4107"]
    )
    for refreshed in (False, True):
        if refreshed:
            index.refresh_stats()
        for text, found in [
            ("pri", printer),
            ("my printe", printer),
            ("термина", terminal),
            ("тер", terminal),
            ("P-41", terminal),
        ]:
            assert numbers(text, agent) == [found.number], text
            assert facets(text, user=agent)["language"] == {found.language: 1}
    for text in ("pr", "printe ", "printe is", "x" * 300, "%ri", "p_i"):
        assert numbers(text, agent) == [], text


@pytest.mark.parametrize("text", ["", "   ", "!?", "\0", "\ud800", "%", "'; drop table x", "…"])
def test_a_question_without_words_finds_nothing_and_breaks_nothing(text):
    make.article(title="Something")
    assert search(text, user=make.contributor()).hits == []


def test_only_function_words_still_find():
    agent = make.contributor()
    article = make.article(by=agent, title="What to do with it")
    assert numbers("what to do with it", agent) == [article.number]


def test_a_very_long_ticket_is_a_question_like_any_other():
    agent = make.contributor()
    article = make.article(by=agent, title="Kitchen display is blank")
    text = "the kitchen display is blank " + " ".join(f"word{n}" for n in range(200_000))
    assert numbers(text, agent)[0] == article.number


def test_more_than_the_limit_is_said_and_not_counted():
    agent = make.contributor()
    for n in range(4):
        make.article(by=agent, title=f"Till drawer {n}")
    results = search("drawer", user=agent, limit=3)
    assert [hit.rank for hit in results.hits] == [1, 2, 3]
    assert results.more
    assert not search("drawer", user=agent, limit=4).more


def test_of_two_equal_texts_the_reused_one_stands_first():
    agent = make.contributor()
    first, second = (make.article(by=agent, title="Refund is stuck") for _ in range(2))
    actions.count_reuse(second, count=3, last=timezone.now() - timedelta(days=2))
    hits = search("refund stuck", user=agent).hits
    assert [hit.number for hit in hits] == [second.number, first.number]
    assert hits[0].reuse_count == 3
    assert hits[0].last_reused_at is not None


# Words put in and taken out -------------------------------------------------------------------


def test_words_can_be_taken_out_and_put_in():
    agent = make.contributor()
    printer = make.article(by=agent, title="Printer jams")
    scanner = make.article(by=agent, title="Scanner sleeps")
    assert set(numbers("printer and scanner", agent)) == {printer.number, scanner.number}
    assert numbers("printer and scanner", agent, drop=["Scanner"]) == [printer.number]
    assert numbers("printer", agent, drop=["printer"], add=["scanner"]) == [scanner.number]


def test_context_counts_half():
    agent = make.contributor()
    asked = make.article(by=agent, title="Receipt without logo", resolution="x")
    around = make.article(by=agent, title="Windows update", resolution="x")
    assert numbers("receipt", agent, context="windows") == [asked.number, around.number]


def test_the_telling_words_are_shown_as_they_were_written():
    assert terms("Hello, my Terminal shows the error P-4107 since Monday", "en") == [
        "Terminal",
        "shows",
        "error",
        "P-4107",
        "Monday",
    ]
    assert len(terms("one two three four five six seven eight nine ten eleven", "en")) <= 6
    assert terms("", "en") == []


def test_the_results_name_the_words_they_were_found_by():
    agent = make.contributor()
    make.article(by=agent, title="The terminal loses its connection")
    results = search("Why does my terminal lose the connection?", user=agent)
    assert results.terms == ["terminal", "lose", "connection"]


# Demand ---------------------------------------------------------------------------------------


def test_the_words_of_linked_tickets_find_the_article_and_go_with_the_link():
    agent = make.contributor()
    article = make.article(by=agent, title="Session expires")
    index.set_demand(article.pk, ["I get thrown out of the till every noon"])
    (hit,) = search("thrown out", user=agent).hits
    assert hit.number == article.number
    assert hit.why == ["customers who asked this: thrown"]
    index.set_demand(article.pk, [])
    assert numbers("thrown out", agent) == []


def test_demand_words_stay_when_the_article_is_improved():
    agent = make.contributor()
    article = make.article(by=agent, title="Session expires")
    index.set_demand(article.pk, ["kicked off at noon"])
    actions.improve(article, by=agent, changes={"cause": "The lease is short."})
    assert numbers("kicked noon", agent) == [article.number]


def test_what_customers_wrote_is_not_kept_as_sentences():
    article = make.article(title="Session expires")
    index.set_demand(article.pk, ["my name is Zebulon Quackenbush"])
    held = Document.objects.get(article_id=article.pk).demand
    assert [row[1] for row in held] == sorted(row[1] for row in held)


def test_forgotten_demand_words_leave_the_dictionary():
    article = make.article(title="Session expires")
    index.set_demand(article.pk, ["quackenbush"])
    index.refresh_stats()
    assert Term.objects.filter(term__startswith="quackenbush").exists()
    index.set_demand(article.pk, [])
    index.refresh_stats()
    index.refresh_stats()
    assert not Term.objects.filter(term__startswith="quackenbush").exists()
    assert not NewTerm.objects.exists()


def test_a_customer_does_not_find_by_the_words_of_other_customers():
    article = make.public_article(title="Session expires")
    index.set_demand(article.pk, ["canary-of-another-customer zanzibar"])
    for reader in (AnonymousUser(), make.customer()):
        assert numbers("zanzibar", reader) == []
        (hit,) = search("session expires zanzibar", user=reader).hits
        assert "zanzibar" not in " ".join([hit.snippet, *hit.why])


# Who sees what --------------------------------------------------------------------------------


def test_outsiders_find_only_what_their_audience_may_read():
    publisher = make.publisher()
    by_audience = {
        audience: make.article(
            by=publisher, title="Payout delay", confidence="validated", audience=audience
        ).number
        for audience in ("internal", "partner", "customer", "public")
    }
    make.article(by=publisher, title="Payout delay", confidence="not_validated")
    partner = make.customer(organisation=make.organisation(is_partner=True))
    found = {
        name: set(numbers("payout delay", reader))
        for name, reader in {
            "nobody": AnonymousUser(),
            "customer": make.customer(),
            "partner": partner,
        }.items()
    }
    assert found == {
        "nobody": {by_audience["public"]},
        "customer": {by_audience["public"], by_audience["customer"]},
        "partner": {by_audience[name] for name in ("public", "customer", "partner")},
    }


def test_an_internal_passage_is_found_by_staff_and_by_nobody_else():
    text = "Restart it.\n:::internal\nThe canary-4711 master password.\n:::\nDone."
    article = make.public_article(title="Router restarts", resolution=text)
    assert numbers("canary-4711", make.candidate()) == [article.number]
    for reader in (AnonymousUser(), make.customer()):
        assert search("canary-4711", user=reader).hits == []
        assert search("master password", user=reader).hits == []
        (hit,) = search("router restarts canary-4711", user=reader).hits
        shown = " ".join([hit.snippet, hit.title, *hit.why])
        assert "canary" not in shown
        assert "password" not in shown
        assert duplicates({"title": "canary-4711 master password"}, user=reader) == []


def test_an_internal_passage_does_not_move_an_article_for_outsiders():
    plain = make.public_article(title="Tips", resolution="Enter the tip amount. Print it.")
    hidden = make.public_article(
        title="Tips",
        resolution=":::internal\n"
        + "secret words " * 200
        + "\n:::\nEnter the tip amount. Print it.",
    )
    scores = {hit.number: hit.score for hit in search("tip", user=AnonymousUser()).hits}
    assert scores[plain.number] == scores[hidden.number]


def test_an_internal_passage_without_an_end_stays_internal():
    make.public_article(title="Router", resolution="Go.\n:::internal\ncanary4712 for ever")
    assert search("canary4712", user=AnonymousUser()).hits == []


def test_an_article_that_one_may_not_see_takes_nobodys_place_and_is_counted_nowhere():
    publisher = make.publisher()
    for n in range(12):
        make.article(by=publisher, title=f"Secret tariff {n}", audience="internal")
    public = make.public_article(by=publisher, title="Tariff")
    results = search("secret tariff", user=AnonymousUser(), limit=3)
    assert [hit.number for hit in results.hits] == [public.number]
    assert not results.more
    counted = facets("secret tariff", user=AnonymousUser())
    assert counted["audience"] == {"public": 1}
    assert facets("", user=AnonymousUser())["confidence"] == {"validated": 1}
    assert duplicates({"title": "Secret tariff 3"}, user=AnonymousUser())[0].number == (
        public.number
    )


def test_restricting_an_article_takes_effect_at_once():
    publisher = make.publisher()
    article = make.public_article(by=publisher, title="Price list")
    assert numbers("price list", AnonymousUser()) == [article.number]
    actions.restate(article, by=publisher, audience="internal")
    assert numbers("price list", AnonymousUser()) == []


# Filters and facets ---------------------------------------------------------------------------


def test_results_narrow_by_what_an_article_is():
    agent = make.publisher()
    pay = make.domain("pay")
    refunds = make.domain("refunds", parent=pay)
    till = make.domain("till")
    one = make.article(by=agent, title="Stuck", domain=refunds, tags=["urgent"], language="en")
    two = make.article(by=agent, title="Stuck", domain=till, confidence="wip")
    for filters, expected in [
        ({"domain": "pay"}, {one.number}),
        ({"domain": pay}, {one.number}),
        ({"domain": refunds.pk}, {one.number}),
        ({"domain": ["pay", "till"]}, {one.number, two.number}),
        ({"tag": "urgent"}, {one.number}),
        ({"confidence": ["wip"]}, {two.number}),
        ({"language": "ru"}, set()),
        ({"audience": "internal", "domain": ""}, {one.number, two.number}),
    ]:
        assert set(numbers("stuck", agent, filters=filters)) == expected, filters


def test_a_facet_counts_what_each_choice_would_leave():
    agent = make.publisher()
    pay = make.domain("pay")
    refunds = make.domain("refunds", parent=pay)
    make.article(by=agent, title="Stuck refund", domain=refunds, tags=["a", "b"])
    make.article(by=agent, title="Stuck payout", domain=pay, tags=["b"], confidence="wip")
    make.article(by=agent, title="Other", domain=pay)
    counted = facets("stuck", user=agent)
    assert counted["domain"] == {"pay": 2, "pay/refunds": 1}
    assert counted["tag"] == {"a": 1, "b": 2}
    assert counted["confidence"] == {"not_validated": 1, "wip": 1}
    chosen = facets("stuck", user=agent, filters={"confidence": "wip", "domain": "pay"})
    assert chosen["confidence"] == {"not_validated": 1, "wip": 1}
    assert chosen["tag"] == {"b": 1}
    assert facets("", user=agent)["domain"]["pay"] == 3


def test_search_and_facets_ask_the_database_little(django_assert_max_num_queries):
    agent = make.contributor()
    make.article(by=agent, title="Drawer")
    agent = type(agent).objects.get(pk=agent.pk)
    _ = agent.rights
    with django_assert_max_num_queries(3):
        search("drawer", user=agent)
    with django_assert_max_num_queries(3):
        facets("drawer", user=agent)
    with django_assert_max_num_queries(1):
        facets("", user=agent)


# Why and where --------------------------------------------------------------------------------


def test_a_hit_says_why_it_is_there():
    agent = make.contributor()
    make.article(
        by=agent,
        title="VPN drops every hour",
        issue="The tunnel closes",
        tags=["network"],
    )
    (hit,) = search("my vpn tunnel drops on the network", user=agent).hits
    assert hit.why == ["title: vpn, drops", "tag: network", "issue: tunnel"]
    with translation.override("ru"):
        (hit,) = search("vpn", user=agent).hits
        assert "vpn" in hit.why[0]


def test_the_snippet_is_the_passage_that_answers_with_its_words_marked():
    agent = make.contributor()
    filler = "Nothing of interest stands in this sentence. " * 20
    make.article(
        by=agent,
        title="Terminal",
        resolution=f"{filler}Hold the *green* key for [five seconds](https://x.example). {filler}",
    )
    (hit,) = search("terminal green key seconds", user=agent).hits
    assert (
        f"{MARK}green{UNMARK} {MARK}key{UNMARK} for five {MARK}seconds{UNMARK}" in hit.snippet
    )
    assert len(hit.snippet) < 300
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")


def test_a_snippet_can_not_smuggle_marks_or_markup():
    agent = make.contributor()
    make.article(
        by=agent,
        title="Smuggler",
        resolution=f"a <script>alert(1)</script> {MARK}fake{UNMARK} smuggler & co",
    )
    (hit,) = search("smuggler", user=agent).hits
    shown = Template("{% load marked %}{{ hit.snippet|marked }}").render(Context({"hit": hit}))
    assert "<script>" not in shown
    assert shown.count("<mark>") == 1
    assert "<mark>smuggler</mark> &amp; co" in shown


# Duplicates -----------------------------------------------------------------------------------


def test_a_draft_finds_its_likes_by_its_whole_text():
    agent = make.contributor()
    for n in range(6):
        make.article(by=agent, title=f"Printer prints symbols {n}")
    twin = make.article(
        by=agent,
        title="Till freezes after the update",
        issue="The screen stands still",
        resolution="Install the update again.",
        cause="A xylograph driver is missing.",
    )
    hits = duplicates(
        {"title": "Machine hangs", "cause": "the xylograph is absent"}, user=agent
    )
    assert hits[0].number == twin.number
    same = duplicates(
        {
            "title": twin.title,
            "issue": twin.issue,
            "resolution": twin.resolution,
            "cause": twin.cause,
        },
        user=agent,
    )
    assert same[0].number == twin.number
    assert same[0].likeness > 0.95
    assert 0 < hits[0].likeness < same[0].likeness


def test_a_draft_is_not_its_own_duplicate():
    agent = make.contributor()
    article = make.article(by=agent, title="Till freezes")
    for own in (article.pk, str(article.pk), article.number):
        assert duplicates({"title": "Till freezes"}, user=agent, exclude=own) == []
    assert duplicates({"title": "Till freezes"}, user=agent, exclude="nonsense")
    assert duplicates({}, user=agent) == []


# The figures of the base ----------------------------------------------------------------------


def test_a_word_that_only_tickets_know_counts_as_twice_as_common():
    article = make.article(title="Drawer is stuck")
    make.article(title="Lid is stuck")
    index.set_demand(article.pk, ["the drawer squeaks"])
    index.refresh_stats()
    assert Term.objects.get(language="en", term="drawer").df == 1
    assert Term.objects.get(language="en", term="stick").df == 2
    assert Term.objects.get(language="en", term="squeak").df == 2


def test_refreshing_changes_no_answer_but_the_weights():
    agent = make.contributor()
    wanted = [make.article(by=agent, title=f"Drawer {n}").number for n in range(3)]
    assert sorted(numbers("drawer", agent)) == sorted(wanted)
    index.refresh_stats()
    index.refresh_stats()
    assert sorted(numbers("drawer", agent)) == sorted(wanted)
    assert Term.objects.get(language="en", term="drawer").df == 3
    assert CorpusStat.objects.get(language="en").articles == 3
    assert CorpusStat.objects.get(language="*").articles == 3


def test_a_base_that_outgrew_its_averages_is_weighed_again():
    agent = make.contributor()
    article = make.article(by=agent, title="Drawer", resolution="short")
    before = Posting.objects.filter(article_id=article.pk).order_by("term_id")
    impacts = list(before.values_list("impact", flat=True))
    for n in range(10):
        make.article(by=agent, title=f"Long {n}", resolution="many words stand here " * 100)
    index.refresh_stats()
    assert list(before.values_list("impact", flat=True)) != impacts
    everything = list(Posting.objects.order_by("pk").values())
    index.refresh_stats()
    assert list(Posting.objects.order_by("pk").values()) == everything


def test_many_articles_are_written_as_one_would_be():
    agent = make.contributor()
    articles = [
        make.article(
            by=agent, title=f"Drawer {n}", resolution="Push.\n:::internal\nhard\n:::\nOk"
        )
        for n in range(3)
    ]
    index.set_demand(articles[0].pk, ["it will not open"])
    one_by_one = list(Posting.objects.order_by("term_id", "article_id").values())
    assert index.write_many([article.pk for article in articles]) == 3
    together = list(Posting.objects.order_by("term_id", "article_id").values())
    assert [row["term_id"] for row in together] == [row["term_id"] for row in one_by_one]
    for ours, theirs in zip(together, one_by_one, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)


def test_an_article_can_be_taken_out_of_the_index_and_put_back():
    agent = make.contributor()
    article = make.article(by=agent, title="Drawer")
    index.remove(article.pk)
    assert numbers("drawer", agent) == []
    index.write(article)
    assert numbers("drawer", agent) == [article.number]


def test_of_a_megabyte_of_unique_words_the_index_keeps_a_part_and_the_article_all():
    agent = make.contributor()
    text = " ".join(f"w{n:05x}z" for n in range(110_000))
    article = make.article(by=agent, title="Dictionary", resolution=text)
    assert Article.objects.get(pk=article.pk).resolution == text
    held = Document.objects.get(article_id=article.pk).terms
    assert len(held) <= weighing.MAX_TERMS
    assert numbers("dictionary", agent) == [article.number]
    assert numbers("w00001z", agent) == [article.number]


# Two at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_saves_of_articles_that_share_their_words_do_not_wait_for_each_other():
    agent = make.contributor()
    one = make.article(by=agent, title="One")
    other = make.article(by=agent, title="Other")
    meet = threading.Barrier(2, timeout=10)
    errors = []

    def save(first, second, words):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("set local lock_timeout = '5s'")
                first.title = f"common brandnew {words}"
                index.write(first)
                # Both hold their first article, with the same new words, uncommitted.
                meet.wait()
                index.set_demand(first.pk, [f"{words} common brandnew"])
                meet.wait()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=save, args=(one, other, "alpha beta gamma")),
        threading.Thread(target=save, args=(other, one, "gamma beta alpha")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not errors
    assert set(numbers("brandnew", agent)) == {one.number, other.number}


@pytest.mark.django_db(transaction=True)
def test_a_refresh_beside_saves_loses_no_word():
    agent = make.contributor()
    article = make.article(by=agent, title="One")
    index.refresh_stats()
    holding, refreshed = threading.Event(), threading.Event()
    errors = []

    def save():
        try:
            with transaction.atomic():
                article.title = "latecomer"
                index.write(article)
                holding.set()
                assert refreshed.wait(10)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=save)
    thread.start()
    assert holding.wait(10)
    index.refresh_stats()
    refreshed.set()
    thread.join(timeout=30)
    assert not errors
    assert numbers("latecomer", agent) == [article.number]
    index.refresh_stats()
    assert Term.objects.filter(term="latecom", df=1).exists()


def test_an_uncommitted_article_is_not_found_by_anybody_else(transactional_db):
    agent = make.contributor()
    seen = []

    def look():
        seen.extend(numbers("embargo", agent))
        connections.close_all()

    with transaction.atomic():
        make.article(by=agent, title="Embargo until Monday")
        other = threading.Thread(target=look)
        other.start()
        other.join(timeout=10)
        assert numbers("embargo", agent)
        transaction.set_rollback(True)
    assert seen == []
    assert numbers("embargo", agent) == []
