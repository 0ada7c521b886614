"""The difference between two texts, line by line and word by word."""

import time

import pytest
from django.urls import reverse

from articles import actions, diff
from tests import make

pytestmark = pytest.mark.django_db


def kinds(before: str, after: str) -> list[str]:
    return [line.kind for line in diff.lines(before, after)]


def test_a_changed_word_is_marked_inside_its_line():
    removed, added = diff.lines("tap the printer", "choose the printer")
    assert [(p.kind, p.text.strip()) for p in removed.pieces] == [
        ("removed", "tap"),
        ("same", "the printer"),
    ]
    assert added.pieces[0].kind == "added"


def test_lines_that_have_nothing_in_common_are_not_called_one_line():
    removed, added = diff.lines("Open the drawer", "Запустите кассу снова")
    assert [p.kind for p in removed.pieces] == ["same"]
    assert (removed.kind, added.kind) == ("removed", "added")


def test_a_long_unchanged_run_is_folded():
    same = "\n".join(f"line {n}" for n in range(20))
    folded = [
        line for line in diff.lines(f"a\n{same}\nb", f"A\n{same}\nB") if line.kind == "fold"
    ]
    assert [line.count for line in folded] == [16]


def test_equal_texts_have_no_difference():
    assert set(kinds("a\nb", "a\nb")) == {"same"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x\n" * 100_000, "y\n" * 100_000),
        ("a\nb\n" * 4_000, "b\na\n" * 4_000),
        ("word " * 40_000, "word " * 39_999 + "end"),
    ],
)
def test_no_text_makes_the_comparison_slow(before, after):
    began = time.perf_counter()
    list(diff.lines(before, after))
    assert time.perf_counter() - began < 3


def test_any_two_versions_can_be_compared(client):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Tap the printer.")
    actions.improve(article, by=two, changes={"resolution": "Choose the printer."})
    client.force_login(one)
    page = client.get(reverse("articles:compare", args=[article.number])).content.decode()
    assert "<del>Tap " in page
    assert "<ins>Choose " in page
    assert "Removed:" in page  # told in words, too


def test_a_version_that_is_not_there_is_missing(client):
    article = make.article()
    client.force_login(make.contributor())
    for address in ("?from=7", "?to=9999999999999999999", "versions/9/"):
        base = reverse("articles:detail", args=[article.number])
        path = base + (address if address.startswith("v") else f"compare/{address}")
        assert client.get(path).status_code in (200, 404)
    assert client.get(f"{base}versions/9/").status_code == 404
