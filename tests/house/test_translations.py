"""Texts are found where they stand, and a language that misses one is not complete."""

from pathlib import Path

import pytest

from kcs import translations


def texts_of(tmp_path: Path, source: str) -> list[tuple]:
    path = tmp_path / "page.html"
    path.write_text(source)
    return [(text, context) for _line, text, context in translations.template_texts(path)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Send (and close)" %}', ("Send (and close)", None)),
        ("{% translate 'Open' context \"a verb\" %}", ("Open", "a verb")),
        ('<a title="{% translate "100% sure" %}">', ("100%% sure", None)),
        ('{% include "x.html" with label=_("Owner") %}', ("Owner", None)),
        (
            '{% blocktranslate trimmed with a=b %}\n  Used by\n  "{{ a }}"\n{% endblocktranslate %}',
            ('Used by "%(a)s"', None),
        ),
        (
            "{% blocktranslate count n=n %}{{ n }} ticket{% plural %}{{ n }} tickets"
            "{% endblocktranslate %}",
            (("%(n)s ticket", "%(n)s tickets"), None),
        ),
    ],
)
def test_every_way_of_writing_a_text_in_a_template_is_found(tmp_path, source, found):
    assert texts_of(tmp_path, source) == [found]


def test_a_text_keeps_its_line(tmp_path):
    path = tmp_path / "page.html"
    path.write_text('{% load i18n %}\n\n{% translate "Third" %}')
    assert [line for line, *_ in translations.template_texts(path)] == [3]


def test_texts_of_python_are_found_lazy_ones_too(tmp_path):
    path = tmp_path / "actions.py"
    path.write_text('_("Now")\ngettext_lazy("Later")\nngettext("%(n)d day", "%(n)d days", 2)\n')
    assert [text for _line, text, _context in translations.python_texts(path)] == [
        "Now",
        "Later",
        ("%(n)d day", "%(n)d days"),
    ]


@pytest.fixture
def one_text(tmp_path, monkeypatch):
    """A product with one text, and one language to say it in."""
    (tmp_path / "kcs").mkdir()
    (tmp_path / "kcs/words.py").write_text('_("%(count)s tickets are waiting")\n')
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(translations, "LANGUAGES", ("ru",))
    return tmp_path / "locale/ru/LC_MESSAGES/django.po"


def say(po: Path, text: str) -> None:
    po.write_text(po.read_text().replace('waiting"\nmsgstr ""', f'waiting"\nmsgstr "{text}"'))


def test_a_language_is_complete_once_every_text_is_said(one_text):
    assert "is not in django.po" in next(translations.problems())
    list(translations.extract_all())
    assert "is not translated" in next(translations.problems())
    say(one_text, "Ждут заявки: %(count)s")
    assert list(translations.problems()) == []


def test_a_lost_placeholder_is_told(one_text):
    list(translations.extract_all())
    say(one_text, "Ждут заявки")
    assert "other placeholders: count" in next(translations.problems())


def test_a_fuzzy_text_is_told(one_text):
    list(translations.extract_all())
    say(one_text, "Ждут заявки: %(count)s")
    one_text.write_text(one_text.read_text().replace("#: kcs/", "#, fuzzy\n#: kcs/"))
    assert "is marked fuzzy" in next(translations.problems())


def test_a_text_that_is_gone_from_the_source_is_told_and_then_taken_out(one_text):
    list(translations.extract_all())
    say(one_text, "Ждут заявки: %(count)s")
    (translations.ROOT / "kcs/words.py").write_text('_("Nothing waits")\n')
    told = list(translations.problems())
    assert any("is no longer used" in sentence for sentence in told)
    list(translations.extract_all())
    assert "waiting" not in one_text.read_text()


def test_the_compiled_texts_are_what_django_reads(one_text):
    list(translations.extract_all())
    say(one_text, "Ждут заявки: %(count)s")
    translations.compile_all()
    import gettext

    with one_text.with_suffix(".mo").open("rb") as compiled:
        said = gettext.GNUTranslations(compiled).gettext("%(count)s tickets are waiting")
    assert said == "Ждут заявки: %(count)s"
