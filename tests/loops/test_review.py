"""Reviews: what is asked, what it adds up to, and that a correction hides nothing.

pa/06 of the acceptance: ten sampled incidents, one wrong link of five, two capture losses.
"""

import pytest
from django.urls import reverse
from django.utils.html import escape

from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import measures, packets, reviewing
from loops.models import Sample
from people.models import Notification, SiteSettings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pa06():
    """Five tickets with one link each, one of them wrong; five without; two losses."""
    person = make.coachee(name="Ada Link")
    article = make.public_article()
    for _n in range(5):
        make.solved_ticket(by=person, article=article)
    for _n in range(5):
        make.silent_ticket(by=person)
    drawn = make.sample(person, kind="process", n=10)
    linked = [one for one in drawn if one.stratum.startswith("reused")]
    silent = [one for one in drawn if one not in linked]
    for one in drawn:
        other = {}
        if one is linked[0]:
            other["links"] = "no"
        if one is linked[1]:
            other["should_improve"] = "yes"
        if one is silent[0]:
            other["should_create"] = "yes"
        reviewing.review(one, by=person.coach, answers=make.answers(one, **other))
    return person, article


def test_pa_06_link_accuracy_is_80_and_capture_loss_20_per_cent(pa06, client):
    person, article = pa06
    told = measures.figures(Sample.objects.filter(person=person))
    assert (told.link_accuracy.percent, told.link_accuracy.n) == (80, 5)
    assert (told.capture_loss.percent, told.capture_loss.n) == (20, 10)
    assert told.capture_loss.interval == pytest.approx((0.0567, 0.5098), abs=0.001)
    client.force_login(person.coach)
    page = client.get(reverse("coaching:person", args=[person.pk])).text
    assert "80 %" in page
    assert "20 %" in page
    for sample in Sample.objects.all():
        assert sample.ticket.number in page
    row = client.get(reverse("coaching:sample", args=[_linked().pk])).text
    assert _linked().ticket.get_absolute_url() in row
    assert reverse("articles:version", args=[article.number, 1]) in row


def _linked() -> Sample:
    return Sample.objects.filter(stratum__startswith="reused").first()


def test_pa_06_the_managers_summary_waits_for_enough_reviews(pa06, client):
    person, _article = pa06
    client.force_login(person.team.manager)
    home, page = reverse("coaching:home"), reverse("coaching:person", args=[person.pk])
    assert "too few (5 of 20)" in client.get(home).text
    assert "80 %" not in client.get(page).text
    assert _linked().ticket.number in client.get(page).text, "single reviews stay to be read"
    told = client.get("/api/v1/coachees/").json()["results"][0]
    assert told["link_accuracy"] == {"n": 5, "value": None, "low": None, "high": None}
    assert told["process"] is None
    SiteSettings.objects.update(figures_minimum=0)
    assert "80 %" in client.get(home).text
    assert client.get("/api/v1/coachees/").json()["results"][0]["capture_loss"]["value"] == 0.2


def test_a_process_review_is_given_on_the_page_and_the_person_is_told(client):
    person = make.coachee()
    make.solved_ticket(by=person)
    [drawn] = make.sample(person, kind="process")
    number = drawn.ticket.links.get().article.number
    page = reverse("coaching:sample", args=[drawn.pk])
    client.force_login(person.coach)
    assert "Did an article for this exist?" in client.get(page).text
    sent = {
        "searched": "yes", "existed": "yes", "should_improve": "no", "should_create": "no",
        f"relevant-{number}": "yes", f"specific-{number}": "yes", "note": "Well found",
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 422, "one question about the link is open"
    assert "Well found" in answer.text
    assert client.post(page, {**sent, f"actionable-{number}": "no"}).status_code == 302
    drawn.refresh_from_db()
    assert drawn.answers["linked_right"] == "no"
    assert (drawn.score, drawn.passed) == (0.75, False)
    told = Notification.objects.get(user=person, kind="reviewed")
    assert "Well found" not in told.subject + told.text, "results do not travel by mail"


def test_a_content_review_weighs_what_applies():
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    criteria = reviewing.criteria_of(drawn)
    left_out, failed = criteria[0], criteria[1]
    answers = make.answers(drawn, **{left_out.key: "na", failed.key: "no"})
    reviewing.review(drawn, by=person.coach, answers=answers)
    applicable = sum(one.weight for one in criteria) - left_out.weight
    assert drawn.score == pytest.approx((applicable - failed.weight) / applicable)
    assert drawn.passed is (drawn.score >= 0.8)
    nothing = dict.fromkeys(answers, "na")
    with pytest.raises(BadValue, match="applies"):
        reviewing.review(drawn, by=person.coach, answers=nothing)


def test_good_and_bad_examples_stand_beside_the_text_as_it_was(client):
    person = make.coachee()
    article = make.article(by=person, resolution="Turn the roll round.")
    [drawn] = make.sample(person)
    make.article_actions.improve(
        article, by=make.publisher(), changes={"resolution": "Something else."}
    )
    client.force_login(person.coach)
    page = client.get(reverse("coaching:sample", args=[drawn.pk])).text
    assert "Turn the roll round." in page
    assert "Something else." not in page
    for one in reviewing.criteria_of(drawn):
        assert escape(one.bad.splitlines()[0]) in page


def test_a_correction_is_the_reviewers_own_and_keeps_what_stood_there():
    sample = make.reviewed(make.coachee(), note="First look")
    person = sample.person
    before = sample.reviewed_at
    bad = dict.fromkeys(make.answers(sample), "no")
    reviewing.review(sample, by=person.coach, answers=bad, note="Second look")
    event = sample.events.last()
    assert event.verb == "corrected"
    assert event.detail["from"]["note"] == "First look"
    assert (event.detail["from"]["score"], event.detail["to"]["score"]) == (1.0, 0.0)
    assert sample.reviewed_at == before
    later = make.coach()
    type(person).objects.filter(pk=person.pk).update(coach=later)
    with pytest.raises(NotAllowed, match="Only whoever reviewed it"):
        reviewing.review(sample, by=later, answers=bad)
    assert Sample.objects.readable_by(later).filter(pk=sample.pk).exists()


def test_the_trail_of_a_review_is_only_added_to():
    from django.db import IntegrityError, transaction

    event = make.reviewed(make.coachee()).events.last()
    with pytest.raises(IntegrityError, match="keeps history"), transaction.atomic():
        type(event).objects.update(verb="skipped")


def test_nobody_else_gives_the_review(client):
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    page = reverse("coaching:sample", args=[drawn.pk])
    for other, status in (
        (person, 404), (make.coach(), 404), (make.publisher(), 404),
        (make.administrator(), 404), (person.team.manager, 403),
    ):  # fmt: skip
        client.force_login(other)
        assert client.post(page, make.answers(drawn)).status_code == status
        api = f"/api/v1/reviews/{drawn.pk}/answer/"
        sent = {"answers": make.answers(drawn)}
        assert client.post(api, sent, content_type="application/json").status_code == status
    drawn.refresh_from_db()
    assert drawn.state == "due"


def test_a_program_answers_and_corrects(client):
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    client.force_login(person.coach)
    url = f"/api/v1/reviews/{drawn.pk}/answer/"
    answers = make.answers(drawn)
    bad = {"answers": {**answers, "findable": "perhaps"}}
    refused = client.post(url, bad, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["findable"])
    told = client.post(url, {"answers": answers}, content_type="application/json")
    assert (told.status_code, told.json()["score"]) == (200, 1.0)
    listed = client.get("/api/v1/reviews/?state=done&kind=content").json()["results"]
    assert [one["id"] for one in listed] == [drawn.pk]


def test_a_skipped_sample_says_why_and_is_not_judged(client):
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    client.force_login(person.coach)
    url = reverse("coaching:skip", args=[drawn.pk])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "A test article"}).status_code == 302
    drawn.refresh_from_db()
    assert drawn.state == "skipped"
    with pytest.raises(Refused, match="skipped"):
        reviewing.review(drawn, by=person.coach, answers=make.answers(drawn))


def test_the_administrations_form_is_the_same_review(client):
    person = make.coachee()
    make.article(by=person)
    [drawn] = make.sample(person)
    client.force_login(person.coach)
    page = reverse("admin:loops_sample_change", args=[drawn.pk])
    assert "Would somebody with this problem find it" in client.get(page).text
    sent = {**make.answers(drawn), "note": "Seen here"}
    assert client.post(page, {**sent, "findable": ""}).status_code == 422
    assert client.post(page, sent).status_code == 302
    drawn.refresh_from_db()
    assert (drawn.state, drawn.note) == ("done", "Seen here")
    assert client.get(reverse("admin:loops_sample_history", args=[drawn.pk])).status_code == 200


def test_pa_17_a_coach_sees_coachees_samples_due_notes_and_both_trends(client):
    """pa/17: by name, and nobody else's."""
    coach = make.coach()
    zoe, ada = (make.coachee(coach=coach, name=name) for name in ("Zoe Last", "Ada First"))
    other = make.coachee(name="Somebody Else")
    for person in (zoe, ada, other):
        make.reviewed(person)
    make.article(by=ada, title="Not looked at yet")
    make.sample(ada)
    packets.write_note(ada, by=coach, text="We practised titles")
    client.force_login(coach)
    page = client.get(reverse("coaching:home")).text
    assert page.index("Ada First") < page.index("Zoe Last")
    assert "Somebody Else" not in page
    assert "Not looked at yet" in page
    assert "We practised titles" in page
    assert page.count('<svg class="chart lines') == 1
    assert page.count('<svg class="spark"') == 2
    assert (
        '<svg class="chart lines' in client.get(reverse("coaching:person", args=[ada.pk])).text
    )


def test_the_pages_of_coaching_keep_to_their_budget(client, django_assert_max_num_queries):
    coach = make.coach()
    for _n in range(3):
        person = make.coachee(coach=coach)
        make.reviewed(person)
        make.reviewed(person, kind="process")
    client.force_login(coach)
    sample = Sample.objects.filter(kind="process").first()
    for address in (
        reverse("coaching:home"),
        reverse("coaching:person", args=[person.pk]),
        reverse("coaching:sample", args=[sample.pk]),
        reverse("admin:loops_sample_changelist"),
        reverse("admin:loops_sample_change", args=[sample.pk]),
    ):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
