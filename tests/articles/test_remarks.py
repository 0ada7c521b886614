"""Flags and feedback in one queue: who is asked, what they do, what comes back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from articles import actions
from articles.models import Feedback, Flag
from kcs.errors import BadValue, NotAllowed, Refused
from people.models import Letter, Notification
from tests import make

pytestmark = pytest.mark.django_db

QUEUE = "/flags/"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def owner(db):
    return make.publisher(name="Dana Owner")


@pytest.fixture
def article(owner):
    return make.public_article(by=owner, title="Blank receipts")


def shown(client, query="") -> list[tuple[str, int]]:
    rows = client.get(f"{QUEUE}?{query}").context["remarks"]
    return [("flag" if isinstance(row, Flag) else "feedback", row.pk) for row in rows]


def test_everyone_leaves_feedback_in_their_role_and_channel(client, article, owner):
    # acceptance: improve/03, SC2.5, SC10.5: ANON, REQ, CAN and CON each leave one
    actions.rate(article, by=None, comment="by a visitor", channel="help", visit="v1")
    people = {"customer": make.customer(), "candidate": make.candidate(),
              "contributor": make.contributor()}  # fmt: skip
    for role, person in people.items():
        client.force_login(person)
        client.post(
            reverse("articles:rate", args=[article.number]), {"comment": f"by a {role}"}
        )
    said = {(f.role, f.channel, f.state, f.owner) for f in article.feedback.all()}
    assert said == {
        ("visitor", "help", "open", owner),
        *((role, "web", "open", owner) for role in people),
    }
    # SC2.7, SC10.6: it is in the queue without looking for it, with its age
    client.force_login(owner)
    page = client.get(QUEUE).text
    assert all(f"by a {role}" in page for role in (*people, "visitor"))
    assert "Help centre" in page
    assert "<time" in page
    told = Notification.objects.filter(user=owner, kind="remark_routed")
    assert told.count() == 4


def test_a_mere_helped_is_noted_and_waits_for_nobody(client, article, owner):
    # acceptance: SC10.7: the counters rise by exactly this
    made = actions.rate(article, by=None, helpful=True, channel="help", visit="v1")
    assert (made.state, made.owner) == ("noted", None)
    article.refresh_from_db()
    assert article.helped_count == 1
    client.force_login(owner)
    assert shown(client) == []
    no = actions.rate(article, by=None, helpful=False, channel="help", visit="v2")
    assert shown(client) == [("feedback", no.pk)]


def test_a_visits_second_helped_does_not_count(article):
    # acceptance: SC2.6
    first = actions.rate(article, by=None, helpful=True, channel="help", visit="v1")
    assert actions.rate(article, by=None, helpful=True, channel="help", visit="v1") == first
    actions.rate(article, by=None, helpful=True, channel="help", visit="v2")
    article.refresh_from_db()
    assert article.helped_count == article.feedback.count() == 2


def test_from_the_comment_to_the_answer_with_four_dates_and_26_hours(client, article, owner):
    # acceptance: ch/06, SC2.7, SC2.8, SC2.9, SC2.10, SC2.11, SC2.12, SC10.8
    asker = make.customer(name="Noa Reader")
    with time_machine.travel(MONDAY, tick=False):
        client.force_login(asker)
        client.post(reverse("articles:rate", args=[article.number]), {"comment": "Step 2?"})
    said = article.feedback.get()
    client.force_login(owner)
    with time_machine.travel(MONDAY + timedelta(hours=5), tick=False):
        assert shown(client) == [("feedback", said.pk)]
        client.post(reverse("articles:take_feedback", args=[said.pk]))
    with time_machine.travel(MONDAY + timedelta(hours=26), tick=False):
        actions.improve(article, by=owner, changes={"resolution": "1. Open.\n2. Turn it."})
        where = reverse("articles:resolve_feedback", args=[said.pk])
        answer = "Step 2 says it now: turn the roll."
        assert client.post(where, {"answer": answer}).status_code == 302
        said.refresh_from_db()
        assert (said.state, said.answered_by, said.hours) == ("resolved", owner, 26.0)
        assert [said.at, said.taken_at, said.answered_at] == [
            MONDAY + timedelta(hours=hours) for hours in (0, 5, 26)
        ]
        page = client.get(f"{QUEUE}?state=answered").text
        assert "after 26 hours" in page
        assert answer in page
        assert shown(client) == []
        history = client.get(reverse("articles:history", args=[article.number])).text
        assert "Answered feedback" in history
        assert "Took feedback" in history
        assert (
            client.get(reverse("articles:versions", args=[article.number])).status_code == 200
        )
    verbs = [event.verb for event in article.events.all()]
    assert verbs[-4:] == ["rated", "feedback_taken", "improved", "answered"]
    # What came of it reaches the one who said it, and nothing from inside with it.
    client.force_login(asker)
    inbox = client.get(reverse("people:notifications")).text
    assert answer in inbox
    assert article.title in inbox
    assert "Dana Owner" not in inbox
    note = Notification.objects.get(user=asker)
    assert note.kind == "feedback_answered"
    led = client.get(reverse("people:notification", args=[note.pk]))
    assert led.headers["Location"] == article.get_absolute_url()
    assert client.get(article.get_absolute_url()).status_code in (200, 302), "theirs to read"


def test_of_an_article_that_is_not_theirs_any_more_the_answer_tells_nothing(article, owner):
    asker = make.customer()
    said = actions.rate(article, by=asker, comment="Why?")
    actions.restate(article, by=owner, audience="internal")
    actions.improve(article, by=owner, changes={"title": "A secret title"})
    said.refresh_from_db()
    actions.resolve_feedback(said, by=owner, answer="Because.")
    note = Notification.objects.get(user=asker)
    assert (note.text, note.by, note.url) == ("Because.", None, reverse("people:notifications"))
    assert article.number not in note.subject
    assert "secret" not in note.subject


def test_a_reader_without_an_account_is_answered_by_mail(article, owner):
    # acceptance: ch/06: the giver learns what came of it
    said = actions.rate(
        article,
        by=None,
        comment="Какой?",
        email="noa@example.org",
        language="ru",
        channel="help",
    )
    actions.reject_feedback(said, by=owner, answer="Синий.")
    letter = Letter.objects.get()
    assert letter.to == "noa@example.org"
    assert "Синий." in letter.body
    assert article.title in letter.subject
    assert article.get_absolute_url() in letter.body
    assert owner.name not in letter.body


@pytest.mark.parametrize(
    "email",
    ["noa@example.org\nBcc: all@example.org", "noa@example.org, b@example.org", "x", "a" * 300],
)
def test_an_address_is_one_address(article, email):
    with pytest.raises(BadValue) as refusal:
        actions.rate(article, by=None, comment="?", email=email, channel="help")
    assert refusal.value.field == "email"
    assert not Feedback.objects.exists()


def test_one_address_is_not_written_to_without_end(article):
    for _ in range(5):
        actions.rate(article, by=None, comment="?", email="noa@example.org", channel="help")
    with pytest.raises(BadValue):
        actions.rate(article, by=None, comment="?", email="NOA@example.org", channel="help")


def test_an_account_has_no_second_address(article):
    made = actions.rate(article, by=make.customer(), comment="?", email="noa@example.org")
    assert made.email == ""


@pytest.mark.parametrize("verb", ["take", "resolve", "reject", "hand"])
def test_who_may_not_answer_is_refused_at_every_door(client, article, verb):
    said = actions.rate(article, by=make.customer(), comment="Why?")
    flag = actions.flag(article, by=make.candidate(), kind="unclear")
    stranger = make.candidate()
    sent = {"answer": "x", "to": stranger.email}
    client.force_login(stranger)
    assert shown(client) == []
    for remark, suffix, room in ((said, "_feedback", "feedback"), (flag, "", "flags")):
        where = reverse(f"articles:{verb}{suffix}", args=[remark.pk])
        assert client.post(where, sent).status_code == 403
        response = client.post(
            f"/api/v1/{room}/{remark.pk}/{verb}/",
            {key: sent[key] for key in {"hand": ["to"], "take": []}.get(verb, ["answer"])},
            content_type="application/json",
        )
        assert response.status_code == 403
        remark.refresh_from_db()
        assert remark.state == "open"
    client.force_login(make.customer())
    assert client.post(where, sent).status_code == 403
    client.logout()
    assert client.post(where, sent).status_code == 302


def test_both_are_handed_to_somebody_who_knows_better(client, article, owner):
    expert = make.contributor(name="Ben Expert")
    client.force_login(owner)
    flag = actions.flag(article, by=make.candidate(), kind="unclear")
    said = actions.rate(article, by=make.customer(), comment="Why?")
    actions.take(flag, by=owner)
    for remark, door in ((flag, "articles:hand"), (said, "articles:hand_feedback")):
        assert client.post(reverse(door, args=[remark.pk]), {"to": "nobody@example.org"}
                           ).status_code == 422  # fmt: skip
        client.post(reverse(door, args=[remark.pk]), {"to": expert.email})
        remark.refresh_from_db()
        assert (remark.owner, remark.state, remark.taken_at) == (expert, "open", None)
    assert Notification.objects.filter(user=expert, kind="remark_routed", by=owner).count() == 2
    moves = [event.detail for event in article.events.filter(verb="handed_over")]
    assert [(move["what"], move["to"]) for move in moves] == [
        ("flag", expert.email),
        ("feedback", expert.email),
    ]
    with pytest.raises(BadValue):
        actions.hand(flag, by=expert, to=make.customer())


def test_feedback_is_answered_once_and_in_words(article, owner):
    said = actions.rate(article, by=None, comment="Why?")
    with pytest.raises(BadValue):
        actions.resolve_feedback(said, by=owner, answer=" ")
    actions.resolve_feedback(said, by=owner, answer="So.")
    with pytest.raises(Refused):
        actions.reject_feedback(said, by=owner, answer="No.")
    noted = actions.rate(article, by=None, helpful=True)
    with pytest.raises(Refused, match="waits for no answer"):
        actions.take_feedback(noted, by=owner)
    with pytest.raises(NotAllowed):
        actions.take_feedback(said, by=make.customer())


def test_the_queue_is_one_oldest_first_and_paged_by_key(client, article, owner, monkeypatch):
    monkeypatch.setattr("articles.views.remarks.PAGE", 2)
    made = []
    for n in range(5):
        with time_machine.travel(MONDAY + timedelta(hours=n // 2), tick=False):
            if n % 2:
                made.append(actions.rate(article, by=None, comment=f"n{n}"))
            else:
                made.append(actions.flag(article, by=make.candidate(), kind="unclear"))
    client.force_login(owner)
    seen, address = [], QUEUE
    while address and len(seen) < 9:
        context = client.get(address).context
        seen += [(type(row), row.pk) for row in context["remarks"]]
        address = context["older_url"]
    assert seen == [(type(row), row.pk) for row in made]
    for row in made:
        verb = actions.resolve if isinstance(row, Flag) else actions.resolve_feedback
        verb(row, by=owner, answer="Done.")
    seen, address = [], f"{QUEUE}?state=answered"
    while address and len(seen) < 9:
        context = client.get(address).context
        seen += [(type(row), row.pk) for row in context["remarks"]]
        address = context["older_url"]
    assert seen == [(type(row), row.pk) for row in reversed(made)]


def test_the_queue_is_narrowed_and_bad_values_narrow_nothing(client, owner):
    branch = make.domain("till")
    near = make.public_article(
        by=owner, title="Near", domain=make.domain("paper", parent=branch)
    )
    far = make.public_article(by=owner, title="Far")
    flag = actions.flag(near, by=make.candidate(), kind="outdated")
    from_ticket = actions.flag(
        far, by=make.candidate(), kind="unclear", origin=("ticket", "KT-1042")
    )
    web = actions.rate(far, by=None, comment="web")
    helped = actions.rate(near, by=None, comment="help", channel="help")
    actions.take(flag, by=owner)
    me = make.contributor()
    actions.hand(web, by=owner, to=me)
    client.force_login(me)
    every = {("flag", flag.pk), ("flag", from_ticket.pk)}
    every |= {("feedback", web.pk), ("feedback", helped.pk)}
    for query, wanted in {
        "": every,
        "who=mine": {("feedback", web.pk)},
        "mine=1": {("feedback", web.pk)},
        "who=nobody": every - {("flag", flag.pk)},
        "kind=outdated": {("flag", flag.pk)},
        "kind=feedback": {("feedback", web.pk), ("feedback", helped.pk)},
        "channel=ticket": {("flag", from_ticket.pk)},
        "channel=help": {("feedback", helped.pk)},
        "channel=article": {("flag", flag.pk), ("feedback", web.pk)},
        "channel=job": set(),
        "domain=till": {("flag", flag.pk), ("feedback", helped.pk)},
        "domain=none": {("flag", from_ticket.pk), ("feedback", web.pk)},
        "state=taken": {("flag", flag.pk)},
        "state=answered": set(),
        "who=x&kind=%00&channel=x&state=x&after=x": every,
        "after=2026-01-01_0_1": every,
    }.items():
        assert set(shown(client, query)) == wanted, query
    raiser = web.by or make.candidate()
    mine = actions.flag(far, by=raiser, kind="unclear")
    client.force_login(raiser)
    assert shown(client, "who=raised") == [("flag", mine.pk)]
    assert 'name="answer"' not in client.get(f"{QUEUE}?who=raised").text


def test_a_full_queue_needs_few_queries(client, owner, django_assert_max_num_queries):
    for n in range(8):
        article = make.public_article(by=owner, title=f"Article {n}")
        actions.flag(article, by=make.candidate(), kind="outdated", passage="This line.")
        actions.rate(article, by=make.customer(), comment="Why?")
    client.force_login(make.contributor())
    client.get(QUEUE)
    for query in ("", "?state=answered", "?who=raised", "?channel=ticket&domain=none"):
        with django_assert_max_num_queries(15):
            client.get(f"{QUEUE}{query}")


def test_a_passage_goes_with_the_flag_and_never_outside(client, article):
    # acceptance: improve/01, SC2.13
    client.force_login(make.candidate())
    where = reverse("articles:flag", args=[article.number])
    client.post(where, {"kind": "incorrect", "note": "canary-note", "passage": "canary-line"})
    flag = article.flags.get()
    assert flag.passage == "canary-line"
    client.force_login(make.contributor())
    for address in (article.get_absolute_url(), QUEUE):
        assert "canary-line" in client.get(address).text
    client.force_login(make.customer())
    assert "canary" not in client.get(article.get_absolute_url()).text


def test_inside_the_comment_shows_its_answer_and_outside_not(client, article, owner):
    # acceptance: ch/06
    said = actions.rate(article, by=make.customer(), comment="Why?")
    actions.resolve_feedback(said, by=owner, answer="canary-answer")
    client.force_login(make.contributor())
    page = client.get(article.get_absolute_url()).text
    assert "canary-answer" in page
    assert "Resolved" in page
    client.force_login(make.customer())
    assert "canary" not in client.get(article.get_absolute_url()).text


def test_htmx_gets_the_row_and_a_word(htmx, article, owner):
    said = actions.rate(article, by=None, comment="Why?")
    htmx.force_login(owner)
    page = htmx.post(reverse("articles:take_feedback", args=[said.pk]), {"next": QUEUE}).text
    assert f'id="feedback-{said.pk}"' in page
    assert "It is yours now." in page
    assert "<html" not in page


# The API ------------------------------------------------------------------------------------


def test_the_api_tells_states_dates_ages_and_turnaround(client, article, owner):
    with time_machine.travel(MONDAY, tick=False):
        said = actions.rate(article, by=None, comment="Why?", email="noa@example.org")
        actions.rate(article, by=None, helpful=True)
    client.force_login(owner)
    with time_machine.travel(MONDAY + timedelta(hours=26), tick=False):
        client.force_login(owner)
        (row,) = client.get("/api/v1/feedback/?state=open&owner=me").json()["results"]
        assert (row["age_hours"], row["turnaround_hours"]) == (26.0, None)
        assert row["answered_by_mail"] is True
        assert "noa@" not in str(row)
        taken = client.post(f"/api/v1/feedback/{said.pk}/take/").json()
        assert taken["taken_at"]
        response = client.post(
            f"/api/v1/feedback/{said.pk}/resolve/",
            {"answer": "So."},
            content_type="application/json",
        )
        row = response.json()
        assert (row["state"], row["turnaround_hours"]) == ("resolved", 26.0)
        assert client.get(f"/api/v1/feedback/{said.pk}/").json() == row
    assert Letter.objects.get().to == "noa@example.org"


def test_the_api_hands_and_outsiders_find_no_queue(client, article, owner):
    expert = make.contributor()
    flag = actions.flag(article, by=make.candidate(), kind="unclear")
    client.force_login(owner)
    response = client.post(
        f"/api/v1/flags/{flag.pk}/hand/", {"to": expert.email}, content_type="application/json"
    )
    assert response.json()["owner"]["email"] == expert.email
    bad = client.post(
        f"/api/v1/flags/{flag.pk}/hand/",
        {"to": "x@example.org"},
        content_type="application/json",
    )
    assert bad.status_code == 422
    client.force_login(make.customer())
    for room in ("flags", "feedback"):
        assert client.get(f"/api/v1/{room}/").status_code in (403, 404)


# The administration -------------------------------------------------------------------------


def test_reviewers_answer_the_same_queue_in_the_administration(client, article, owner):
    said = actions.rate(article, by=make.customer(), comment="Why?")
    flag = actions.flag(article, by=make.candidate(), kind="unclear")
    coach = make.publisher(is_coach=True)
    client.force_login(coach)
    for remark, noun in ((said, "feedback"), (flag, "flag")):
        lists = reverse(f"admin:articles_{noun}_changelist")
        assert article.title in client.get(lists).text
        where = reverse(f"admin:articles_{noun}_change", args=[remark.pk])
        assert client.get(where).status_code == 200
        kept = client.post(where, {"act": "resolve", "answer": ""})
        assert kept.status_code == 422
        assert "Write an answer" in kept.text
        kept = client.post(where, {"act": "hand", "to": "", "answer": "typed"})
        assert kept.status_code == 422
        assert "typed" in kept.text
        assert client.post(where, {"act": "take", "answer": ""}).status_code == 302
        assert client.post(where, {"act": "hand", "to": owner.pk}).status_code == 302
        assert client.post(where, {"act": "reject", "answer": "As is."}).status_code == 302
        remark.refresh_from_db()
        assert (remark.state, remark.answered_by) == ("rejected", coach)
        closed = client.get(where)
        assert "As is." in closed.text
        assert 'name="act"' not in closed.text
        assert article.title not in client.get(lists).text, "what waits stands first"
        assert article.title in client.get(f"{lists}?state=answered").text
    client.force_login(make.contributor())
    assert client.get(lists, follow=True).status_code == 403
    assert client.post(where, {"act": "take"}, follow=True).status_code == 403


def test_the_lists_in_the_administration_need_few_queries(
    client, owner, django_assert_max_num_queries
):
    for n in range(6):
        article = make.public_article(by=owner, title=f"Article {n}")
        actions.flag(article, by=make.candidate(), kind="outdated")
        actions.rate(article, by=make.customer(), comment="Why?")
    client.force_login(make.publisher(is_coach=True))
    for noun in ("flag", "feedback"):
        for query in ("", "?whose=nobody&state=answered"):
            with django_assert_max_num_queries(15):
                client.get(reverse(f"admin:articles_{noun}_changelist") + query)
