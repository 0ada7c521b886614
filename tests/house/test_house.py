"""The rules of the house that a linter cannot know."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
APPS = ("people", "articles", "tickets", "loops", "portal")
ROOMS = [
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
]
DOORS = [
    p
    for p in ROOMS
    if re.fullmatch(r"(views|api|inbox|desk)\w*", p.stem) or {"views", "api"} & set(p.parts)
]


def found(pattern: str, rooms=ROOMS) -> list[str]:
    return [
        f"{room.relative_to(ROOT)}: {match}"
        for room in rooms
        for match in re.findall(pattern, room.read_text())
    ]


def test_there_are_rooms_and_doors_to_look_at():
    assert len(ROOMS) > 30
    assert len(DOORS) > 5


def test_jobs_wait_for_the_commit():
    early = found(r"\.(?:delay|apply_async)\(")
    assert not early, "Use .delay_on_commit(): a worker must never look for a row too soon."


def test_verbs_do_not_speak_http():
    verbs = [
        p for p in ROOMS if p.stem in ("models", "queries", "actions") or "actions" in p.parts
    ]
    assert not found(r"from django\.(?:http|shortcuts|views)", verbs)


def test_nothing_happens_by_signal_or_in_save():
    assert not found(r"django\.db\.models\.signals")
    assert not found(r"    def save\(self")


def test_doors_reach_articles_and_tickets_only_through_visible_to():
    calls = found(r"\b(?:Article|Ticket)\.objects\.(?!visible_to\b|none\b)(\w+)", DOORS)
    assert not calls, "visible_to(user) is the only entrance."


def test_locks_say_which_kind_they_are():
    locks = found(r"select_for_update\(((?:[^()]|\([^()]*\))*)\)")
    plain = [lock for lock in locks if "no_key=True" not in lock]
    assert locks
    assert not plain, "A plain FOR UPDATE blocks inserts that point here."


def test_no_page_has_inline_script_or_style():
    pages = list((ROOT / "templates").rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), page
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", text), page


def test_styles_know_no_left_and_right():
    for sheet in (ROOT / "static" / "css").rglob("*.css"):
        bad = re.findall(
            r"(?:margin|padding|border)-(?:left|right)|text-align:\s*(?:left|right)|"
            r"^\s*(?:left|right):",
            sheet.read_text(),
            re.MULTILINE,
        )
        assert not bad, f"{sheet.name}: {bad}"


def test_every_kcs_word_of_the_models_is_in_the_glossary():
    glossary = (ROOT / "docs" / "kcs.md").read_text()
    for word in ("Ticket", "Article", "Version", "Suggestion", "Flag", "Feedback", "Search"):
        assert word in glossary
    from loops.models import Outcome

    for outcome in Outcome.Kind.values:
        assert f"`{outcome}`" in glossary
