"""Static files on their way to production: slimmer, and still the same."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from kcs.static import slim

SOURCES = Path(settings.BASE_DIR) / "static"
WITHIN_30_KB = 30 * 1024


def test_a_style_sheet_loses_its_comments_only():
    text = b'a {\n  /* why */\n  color: red; /* b */\n  content: "x  y";\n}\n'
    assert slim("css/x.css", text) == b'a {\ncolor: red; content: "x  y";\n}\n'


def test_a_module_keeps_every_line_that_is_code():
    text = b'// why\nconst a = "https://x"; // stays\n/** What it does. */\nrun(a);\n'
    assert slim("js/x.js", text) == b'const a = "https://x"; // stays\nrun(a);\n'


@pytest.mark.parametrize("path", sorted(SOURCES.glob("js/*.js")), ids=lambda path: path.name)
def test_slimming_touches_no_line_of_our_modules_but_comments(path):
    before = path.read_text().splitlines()
    after = slim(f"js/{path.name}", path.read_bytes()).decode().splitlines()
    lost = [line for line in before if line not in after]
    assert all(line.strip().startswith(("//", "/*", "*")) for line in lost), lost


def test_nothing_of_ours_is_drawn_left_or_right():
    """Logical properties only: Hebrew reads from the other side with the same sheets."""
    sides = ("margin-left", "margin-right", "padding-left", "padding-right", "float: left")
    for sheet in SOURCES.glob("css/**/*.css"):
        text = sheet.read_text()
        assert not [side for side in sides if side in text], sheet.name


def test_fonts_are_cut_once_and_are_small(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    call_command("fonts", verbosity=0)
    made = {path.name: path for path in (tmp_path / "static/build/fonts").iterdir()}
    assert set(made) == {"inter-latin.woff2", "inter-cyrillic.woff2", "heebo-hebrew.woff2"}
    assert all(path.stat().st_size <= WITHIN_30_KB for path in made.values())

    stamps = {name: path.stat().st_mtime_ns for name, path in made.items()}
    call_command("fonts", verbosity=0)
    assert stamps == {name: path.stat().st_mtime_ns for name, path in made.items()}
