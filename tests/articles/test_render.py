"""What becomes of the text that people write: Markdown in, safe HTML out."""

import re

import pytest

from articles import parts, text
from kcs.errors import BadValue
from tests import make

# acceptance: structure/08


def test_lists_become_lists():
    html = text.render("1. Open\n2. Close\n\n- red\n- green\n")
    assert "<ol>" in html
    assert html.count("<li>") == 4
    assert "<ul>" in html


def test_an_item_in_the_middle_renumbers_the_list():
    assert text.render("1. a\n2. new\n2. b").count("<li>") == 3


def test_line_breaks_stay_line_breaks():
    # acceptance: structure/07
    assert "<br" in text.render("first\nsecond")


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](//evil.example)",
        "[x](data:text/html;base64,AAAA)",
        '<div hx-get="/admin/">x</div>',
        "<svg onload=alert(1)>",
        '<a href="#" style="x">y</a>',
        "![x](https://tracker.example/p.png)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_what_could_harm_a_reader_never_becomes_html(evil):
    tags = "".join(re.findall(r"<[^>]*>", text.render(evil)))
    for sign in ("<script", "<svg", " onerror=", " style=", 'href="//', 'href="javascript'):
        assert sign not in tags
    for sign in ("<img src=x", 'src="https', "<div hx-get", 'href="data:'):
        assert sign not in tags


def test_a_link_to_an_article_needs_only_its_number():
    # acceptance: structure/09
    assert 'href="/articles/KB-7/"' in text.render("see [the models](KB-7)")
    assert 'href="https://example.org/a"' in text.render("<https://example.org/a>")


def test_a_link_that_could_run_is_refused_in_words():
    # acceptance: structure/09
    with pytest.raises(BadValue, match="javascript"):
        text.check_links("[x](javascript:alert(1))", field="issue")


@pytest.mark.parametrize(
    "written",
    [
        "before\n:::internal\ncanary\n:::\nafter",
        "before\n::: internal\ncanary\n:::\nafter",
        "before\n  :::internal\n  canary\n  :::\nafter",
        "before\n:::INTERNAL\ncanary\n:::\nafter",
        "before\n:::internal\ncanary",
        "1. step\n   :::internal\n   canary\n   :::\n2. after",
    ],
)
def test_an_internal_passage_never_leaves_the_house(written):
    assert "canary" not in text.outside(written)
    assert "canary" not in text.render_all({"issue": written})["outside"]["issue"]
    assert "canary" in text.render(written)


def test_an_internal_passage_is_marked_in_words():
    html = parts.labelled(text.render(":::internal\nsecret\n:::"))
    assert "Internal only" in html


def test_a_mark_that_a_person_types_is_not_our_mark():
    html = parts.labelled(text.render('`<div class="internal">` and <div class="internal">'))
    assert "Internal only" not in html


def test_controls_and_reading_direction_tricks_are_taken_out():
    assert text.clean("a\x07b\u202ec") == "abc"


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b"])
def test_what_is_no_text_is_refused_in_words(bad):
    with pytest.raises(BadValue, match="not text"):
        text.clean(bad)


def test_a_part_over_a_megabyte_is_refused_in_words():
    with pytest.raises(BadValue, match="megabyte"):
        text.clean("ü" * 600_000)


@pytest.mark.django_db
def test_an_article_rendered_by_an_older_renderer_is_rendered_anew():
    article = make.article(issue="**loud**")
    article.rendered = {"renderer": 0, "inside": {}, "outside": {}}
    assert any("<strong>" in part.html for part in parts.read(article, inside=True))
