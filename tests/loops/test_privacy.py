"""pa/05: results of reviews are seen by the person, the coach and the person's manager alone.

Everywhere: pages, API, administration, export, notifications, counts. Administrators say why
first, and the person reads it.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from loops.coaching import access, packets, reviewing, sampling
from loops.models import CoachNote, Sample
from loops.queries import OPENED_FOR
from people import actions as people_actions
from people.models import Notification, PersonEvent
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "Two issues in one article, and the title is ours"


@pytest.fixture
def pa05():
    """The people of the acceptance, and a review of CAN's article by COACH."""
    mgr, mgr2, coach = make.contributor(), make.contributor(), make.coach()
    t1, t2 = make.team(manager=mgr), make.team(manager=mgr2)
    d1 = make.domain("d1")
    can = make.candidate(name="Cana Date", team=t1, coach=coach)
    kde = make.publisher(team=t1)
    people_actions.appoint(d1, experts=[kde], by=make.administrator())
    article = make.article(by=can, domain=d1)
    [sample] = make.sample(can)
    answers = make.answers(sample, findable="no")
    reviewing.review(sample, by=coach, answers=answers, note=SECRET)
    return SimpleNamespace(
        CAN=can, COACH=coach, MGR=mgr, article=article, sample=sample,
        CON=make.contributor(team=t1, coach=coach), PUB=make.publisher(team=t1),
        COACH2=make.coach(team=t2), MGR2=mgr2, KDE=kde, ADM=make.administrator(),
        CUST=make.customer(),
    )  # fmt: skip


READERS = ("CAN", "COACH", "MGR")
OTHERS = ("CON", "PUB", "COACH2", "MGR2", "KDE", "ADM", "CUST")


@pytest.mark.parametrize("who", READERS)
def test_pa_05_the_three_read_the_review_by_page_api_and_export(pa05, client, who):
    reader = getattr(pa05, who)
    client.force_login(reader)
    page = client.get(reverse("coaching:sample", args=[pa05.sample.pk])).text
    assert SECRET in page
    assert pa05.article.number in page
    told = client.get(f"/api/v1/reviews/{pa05.sample.pk}/").json()
    assert (told["note"], told["answers"]["findable"]) == (SECRET, "no")
    assert len(client.get("/api/v1/reviews/").json()["results"]) == 1
    assert SECRET in client.get(reverse("coaching:export")).text
    whole = client.get(reverse("coaching:person", args=[pa05.CAN.pk]), follow=True).text
    assert pa05.article.title in whole


@pytest.mark.parametrize("who", OTHERS)
def test_pa_05_nobody_else_does_on_any_door(pa05, client, who):
    client.force_login(getattr(pa05, who))
    sample, can = pa05.sample, pa05.CAN
    closed = [
        reverse("coaching:sample", args=[sample.pk]),
        reverse("coaching:person", args=[can.pk]),
        reverse("coaching:export") + f"?person={can.pk}",
        f"/api/v1/reviews/{sample.pk}/",
        reverse("admin:loops_sample_change", args=[sample.pk]),
        reverse("admin:loops_sample_history", args=[sample.pk]),
    ]
    for address in closed:
        answer = client.get(address, follow=True)  # the administration asks at its own door
        assert answer.status_code in (403, 404), address
        assert SECRET not in answer.text
    posted = [
        reverse("coaching:sample", args=[sample.pk]),
        reverse("coaching:skip", args=[sample.pk]),
        reverse("coaching:note", args=[can.pk]),
        reverse("coaching:propose", args=[can.pk]),
        reverse("coaching:goal", args=[can.pk]),
        reverse("coaching:revoke", args=[can.pk]),
        f"/api/v1/reviews/{sample.pk}/answer/",
    ]
    for address in posted:
        answer = client.post(address, {"answers": {}}, content_type="application/json")
        assert answer.status_code in (403, 404), address
    open_ones = [
        reverse("coaching:export"),
        reverse("coaching:home"),
        "/api/v1/reviews/",
        "/api/v1/coachees/",
        reverse("admin:loops_sample_changelist") + "?q=Cana",
        reverse("admin:people_personevent_changelist"),
        "/palette/?q=Two+issues",
        reverse("articles:detail", args=[pa05.article.number]),
        reverse("articles:history", args=[pa05.article.number]),
    ]
    for address in open_ones:
        answer = client.get(address, follow=True)
        assert SECRET not in answer.text, address
        if "admin/loops/sample" in address and answer.status_code == 200:
            assert f"/sample/{sample.pk}/" not in answer.text
    assert client.get("/api/v1/reviews/").json().get("results", []) == []
    assert "Cana" not in client.get("/api/v1/coachees/").text


def test_what_was_drawn_is_not_known_to_the_person_before_it_is_judged(client):
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    client.force_login(person)
    assert client.get(reverse("coaching:sample", args=[drawn.pk])).status_code == 404
    assert client.get("/api/v1/reviews/").json()["results"] == []
    assert not Notification.objects.filter(user=person).exists()


def test_only_the_person_is_told_of_the_review_and_not_what_it_says(pa05):
    told = Notification.objects.filter(kind="reviewed")
    assert [one.user for one in told] == [pa05.CAN]
    assert SECRET not in told[0].text + told[0].subject


def test_the_filter_of_another_list_says_nothing_about_results(pa05, client):
    client.force_login(pa05.ADM)
    page = reverse("admin:people_user_changelist")
    assert client.get(page, {"samples__score__lt": "0.9"}).status_code in (400, 403)


def test_an_administrator_opens_results_with_a_reason_for_half_an_hour(pa05, client):
    page, door = (reverse(f"coaching:{n}", args=[pa05.CAN.pk]) for n in ("person", "open"))
    client.force_login(pa05.ADM)
    closed = client.get(page)
    assert closed.status_code == 403
    assert "Why do you open them?" in closed.text
    assert client.post(door, {"reason": "why not"}).status_code == 422
    reason = "Cana asked for a second opinion on a review"
    assert client.post(door, {"reason": reason}).status_code == 302
    assert pa05.article.title in client.get(page).text
    assert client.get(f"/api/v1/reviews/{pa05.sample.pk}/").status_code == 200
    event = PersonEvent.objects.get(verb="results_seen")
    assert (event.person, event.by, event.detail["reason"]) == (pa05.CAN, pa05.ADM, reason)
    told = Notification.objects.get(user=pa05.CAN, kind="reviewed", text=reason)
    assert told.by == pa05.ADM
    client.force_login(pa05.CAN)
    assert reason in client.get(reverse("coaching:me")).text


def test_the_window_closes_by_itself_and_opens_one_person_alone(pa05):
    other = make.reviewed(make.coachee())
    access.open_results(pa05.CAN, by=pa05.ADM, reason="A complaint about the review")
    assert list(Sample.objects.readable_by(pa05.ADM)) == [pa05.sample]
    assert other not in Sample.objects.readable_by(pa05.ADM)
    late = pa05.CAN.events.get(verb="results_seen")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set local kcs.erasing = 'on'")
        PersonEvent.objects.filter(pk=late.pk).update(
            at=late.at - OPENED_FOR - timedelta(minutes=1)
        )
    assert not Sample.objects.readable_by(pa05.ADM).exists()


def test_the_window_is_for_administrators(pa05, client):
    door = reverse("coaching:open", args=[pa05.CAN.pk])
    for who in (pa05.CON, pa05.COACH, pa05.MGR, pa05.KDE):
        client.force_login(who)
        answer = client.post(door, {"reason": "I would like to see everything"})
        assert answer.status_code == 403
    assert not PersonEvent.objects.filter(verb="results_seen").exists()


def test_a_private_note_is_the_coachs_alone(pa05, client):
    packets.write_note(pa05.CAN, by=pa05.COACH, text="Tired these weeks", shared=False)
    packets.write_note(pa05.CAN, by=pa05.COACH, text="We practised titles")
    page = reverse("coaching:person", args=[pa05.CAN.pk])
    seen = {}
    for who in READERS:
        client.force_login(getattr(pa05, who))
        text = client.get(page, follow=True).text
        seen[who] = ("Tired" in text, "titles" in text)
    assert seen == {"CAN": (False, True), "COACH": (True, True), "MGR": (False, True)}
    assert not CoachNote.objects.readable_by(pa05.ADM).exists()
    access.open_results(pa05.CAN, by=pa05.ADM, reason="A complaint about the review")
    assert CoachNote.objects.readable_by(pa05.ADM).count() == 2


def test_a_coach_who_handed_somebody_over_keeps_what_they_judged_and_no_more(pa05):
    make.article(by=pa05.CAN, title="The receipt is blank")
    [due] = make.sample(pa05.CAN)
    pa05.CAN.coach = pa05.COACH2
    pa05.CAN.save(update_fields=["coach"])
    assert set(Sample.objects.readable_by(pa05.COACH2)) == {pa05.sample, due}
    reviewing.review(due, by=pa05.COACH2, answers=make.answers(due))
    assert list(Sample.objects.readable_by(pa05.COACH)) == [pa05.sample]


def test_the_export_is_text_to_a_spreadsheet(client):
    person = make.coachee(name="=HYPERLINK(1)")
    make.reviewed(person, note="+1 for the title")
    client.force_login(person.coach)
    told = client.get(reverse("coaching:export"))
    assert told.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in told.text
    assert "'+1 for the title" in told.text


def test_an_expert_reads_the_review_that_they_gave_and_not_the_coachs(pa05, client):
    make.article(by=pa05.CAN, domain=pa05.article.domain, title="The screen stays black")
    [drawn] = sampling.draw(pa05.CAN, kind="content", n=1, by=pa05.KDE)
    reviewing.review(drawn, by=pa05.KDE, answers=make.answers(drawn))
    assert list(Sample.objects.readable_by(pa05.KDE)) == [drawn]
    for reader in (pa05.CAN, pa05.COACH, pa05.MGR):
        assert set(Sample.objects.readable_by(reader)) == {pa05.sample, drawn}
