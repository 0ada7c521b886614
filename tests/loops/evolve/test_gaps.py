"""What is known and what is not, told from texts and links alone; `evaluate gaps` measures it."""

import ast
import json
import re
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from loops.evolve.topics import clusters, evaluation, identity, novelty
from loops.evolve.topics.judging import judge, without_common
from tests.loops.evolve import desk

APPS = ("kcs", "people", "articles", "tickets", "loops", "portal")
NAMED = re.compile("evolve.topics|evolve import.*topics|sklearn")


def texts(*abouts: str, n: int = 12) -> tuple[list[str], list[str]]:
    rows = [(desk.wording(about, seed), about) for about in abouts for seed in range(n)]
    return [text for text, _about in rows], [about for _text, about in rows]


def test_vectors_of_a_model_take_the_second_path_of_the_same_function():
    drawn = np.random.default_rng(1)
    topics = [f"t{at // 30}" for at in range(30 * 24)]
    middles = drawn.normal(size=(24, 64))
    vectors = np.repeat(middles, 30, axis=0) + drawn.normal(scale=0.45, size=(720, 64))
    figures = []
    for seed in (1, 2, 3):
        case = evaluation.hide(["?"] * len(topics), topics, seed=seed)
        case.vectors = vectors.astype(np.float32)
        figures.append(evaluation.evaluate(case))
    assert {one["path"] for one in figures} == {"vectors"}
    assert min(one["AUROC"] for one in figures) >= 0.92
    assert min(one["F"] for one in figures) >= 0.77
    assert min(one["tickets"]["F"] for one in figures) >= 0.77


def test_the_same_input_gives_the_same_answer():
    said, topics = texts("vpn", "printer", "coffee", "roof", n=15)
    case = evaluation.hide(said, topics, seed=3)
    assert evaluation.evaluate(case) == evaluation.evaluate(case)


def test_where_nothing_is_linked_all_is_unknown():
    said, _topics = texts("vpn", "coffee")
    found = judge(said, np.zeros(len(said), dtype=np.int64))
    assert found.unknown.all()


def test_no_texts_at_all_are_no_heaps():
    found = judge(["", "?", ""], np.asarray([0, 1, 0]))
    assert found.heap.tolist() == [-1, -1, -1]


def test_teams_that_hardly_ever_link_say_nothing_about_what_has_an_answer():
    linked = np.asarray([True] * 9 + [False] * 21)
    teams = np.asarray([1] * 10 + [2] * 10 + [0] * 10)
    assert novelty.silent(linked, teams).tolist() == [False] * 10 + [True] * 10 + [False] * 10


def test_questions_without_a_word_in_common_are_one_gap_when_they_are_answered_alike():
    known, _topics = texts("vpn", "printer", "invoice", n=15)
    strange = [
        "Stamp card, ten coffees?", "Loyalty points for regulars", "Bonus app like my rival's",
        "Reward the eleventh visit", "Paper cards get lost", "Do guests collect anything?",
    ]  # fmt: skip
    answers = [
        f"Do this about it, number {at // 15}: see the {at // 15} page." for at in range(45)
    ]
    answers += ["Make a product with a counter, and a button that gives it for nothing."] * 6
    articles = np.asarray([at // 15 + 1 if at % 3 else 0 for at in range(45)] + [0] * 6)
    alone = judge(known + strange, articles)
    together = judge(known + strange, articles, answers=answers)
    assert alone.heap[-6:].tolist() == [-1] * 6
    assert len(set(together.heap[-6:].tolist())) == 1
    assert together.heap[-1] >= 0


def test_sentences_that_go_with_every_question_are_left_out():
    said = [f"Question {n} about {n}. Best regards, Maya" for n in range(6)]
    left = without_common([*said, "Best regards, Maya\nOnly this"], [1, 2, 3, 4, 5, 0, 0])
    assert left[6] == "Only this"
    assert "regards" not in " ".join(left)


def test_of_two_parts_of_a_topic_the_larger_keeps_its_identity():
    before = dict.fromkeys(range(10), 7) | {20: 8, 21: 8}
    heaps = [[0, 1, 2, 3], [4, 5, 6, 7, 8, 99], [20, 98, 97, 96]]
    assert identity.match(heaps, before) == {1: 7, 2: 8}
    assert identity.match([[0, 1, 2, 3]], before) == {}


def test_words_of_a_label_set_the_class_apart():
    said, topics = texts("vpn", "coffee", "roof")
    labels = [("vpn", "coffee", "roof").index(topic) for topic in topics]
    for label, found in clusters.words(said, labels).items():
        about = ("vpn", "coffee", "roof")[label]
        assert len(found) == clusters.LABEL_WORDS
        assert set(found) <= set(desk.SAID[about].split())


def evaluate(folder, *more):
    out = StringIO()
    call_command("evaluate", "gaps", str(folder), *more, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def folder(tmp_path):
    said, topics = texts(*desk.SAID, n=14)
    lines = [
        json.dumps(
            {
                "id": at,
                "subject": text,
                "article": topic if at % 14 < 9 and topic not in ("roof", "coffee") else None,
                "topic": topic,
            }
        )
        for at, (text, topic) in enumerate(zip(said, topics, strict=True))
    ]
    (tmp_path / "tickets.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_the_command_prints_how_well_gaps_are_found(folder):
    figures = evaluate(folder)
    assert (figures["n"], figures["linked"], figures["new_topics"]) == (70, 27, 2)
    assert figures["subject"] == "gaps"
    assert figures["AUROC"] >= 0.9
    assert figures["gap_recall"] == 1.0
    assert {"gap_precision", "F", "precision@10"} <= figures.keys()
    drawn = evaluate(folder, "--seeds", "2")
    assert [one["seed"] for one in drawn["draws"]] == [1, 2]
    assert drawn["n"] == 70


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"id": 1, "subject": "x"}], "topic"),
        ([], "no tickets"),
        ([{"id": n, "topic": "a", "vector": [0.1] * (n + 2)} for n in range(2)], "length"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_data(rows, says, tmp_path):
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "tickets.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(CommandError, match=says):
        evaluate(tmp_path)


def test_only_jobs_load_what_learns_from_texts():
    """A web worker imports nothing of loops.evolve.topics: it would carry scikit-learn along."""
    base = Path(settings.BASE_DIR)
    early = []
    for path in (one for app in APPS for one in (base / app).glob("**/*.py")):
        name = path.relative_to(base).as_posix()
        text = path.read_text(encoding="utf-8")
        if name.startswith("loops/evolve/topics/") or not NAMED.search(text):
            continue
        for node in ast.parse(text).body:
            modules = [getattr(node, "module", "") or ""] + [
                one.name for one in getattr(node, "names", [])
            ]
            if isinstance(node, ast.Import | ast.ImportFrom) and any(
                module.startswith(("loops.evolve.topics", "sklearn")) for module in modules
            ):
                early.append(name)
    assert not early
