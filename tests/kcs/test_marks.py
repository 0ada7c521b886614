"""The small marks of every page: what they say, and to whom."""

from datetime import timedelta

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from kcs.templatetags import ui


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in shown('{% icon "flag" %}')
    assert 'aria-label="Flags"' in shown('{% icon "flag" label="Flags" %}')


def test_an_icon_that_does_not_exist_is_said_so():
    with pytest.raises(TemplateSyntaxError, match="no icon called 'no-such-thing'"):
        shown('{% icon "no-such-thing" %}')


def test_text_that_reaches_an_icon_is_never_a_template_nor_markup():
    told = shown('{% icon "flag" label=text %}', text="<b>{{ 7|add:1 }}</b>")
    assert "<b>" not in told
    assert "{{ 7|add:1 }}" in told


@pytest.mark.parametrize("value", ["wip", "not_validated", "validated", "archived"])
def test_a_state_is_an_icon_and_a_word_and_never_colour_alone(value):
    badge = shown("{% confidence value %}", value=value)
    assert "<svg" in badge
    assert str(ui.CONFIDENCE[value][2]) in badge


def test_a_badge_speaks_the_readers_language_each_time():
    with translation.override("he"):
        in_hebrew = shown('{% audience "public" %}')
    with translation.override("en"):
        in_english = shown('{% audience "public" %}')
    assert "Public" in in_english
    assert in_hebrew != in_english


def test_an_unknown_value_shows_nothing():
    assert shown('{% state "lost" %}').strip() == ""


def test_an_ordinary_priority_is_not_worth_a_mark():
    assert shown("{% priority 2 %}").strip() == ""
    assert "High" in shown("{% priority 3 %}")


def test_a_time_says_how_long_ago_and_keeps_the_moment():
    told = shown("{% ago when %}", when=timezone.now() - timedelta(hours=3))
    assert "3 hr. ago" in told
    assert "datetime=" in told
    assert "title=" in told


def test_a_moment_by_a_faster_clock_is_not_in_the_future():
    assert "in " not in shown("{% ago when %}", when=timezone.now() + timedelta(seconds=4))


def test_text_carries_its_own_language_and_direction():
    assert shown('{% lang_attrs "he" %}') == 'lang="he" dir="rtl"'
    assert shown('{% lang_attrs "ru" %}') == 'lang="ru" dir="ltr"'


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Noa Peled", "NP"), ("noa@example.org", "N"), ("Anna Maria Rossi", "AR"), ("", "?")],
)
def test_a_face_is_first_and_last_letter(name, letters):
    assert ui.initials(name) == letters


def test_texts_differ_by_words_and_not_by_line_ends():
    assert not ui.differs("one\r\ntwo", "one\ntwo ")
    assert ui.differs("one", "two")
