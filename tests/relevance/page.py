"""`make relevance`: measure search and gaps on the data sets and write docs/relevance.md.

Not collected with the tests (its name does not start with test_): it is run by name, as a
test, because so it has a database of its own wherever tests run.
"""

import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from articles.search import evaluation
from loops.evolve.topics import evaluation as finding
from tests.relevance import datasets

PAGE = Path(__file__).resolve().parents[2] / "docs" / "relevance.md"
# Draws of links that are averaged: one draw alone moves R@1 by a point.
SEEDS = (1, 2, 3)
# Draws of the topics that nobody linked: which are hidden moves F by three points.
# The thresholds were chosen with seeds below 20.
HIDDEN_SEEDS = range(21, 29)

HEAD = """\
# How well search finds

Real questions with a known article are asked through the product's own statement, in a
transaction that is rolled back. `make relevance` writes this page; `tests/relevance/` fails
when a change loses more than two points. `manage.py evaluate search DIR` measures your own
tickets the same way.

| Data | Articles | Tickets | R@1 (goal) | R@5 (goal) | R@10 | MRR@10 | nDCG@10 | Empty | CPU ms |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""
TAIL = """
R@k is the share of tickets whose article is among the first k hits. banking77 and clinc150 have
articles that are a title of a few words and nothing else; their links are drawn from the
training part, three draws averaged (their standard deviation is about one point). Choices were
made on banking77 and had to hold on clinc150. heq and xquad have one article a paragraph and no
links. CPU is the median and the 95th percentile of Python and the database together, one query
at a time.

Where one article in two has a single linked ticket, R@1 of the linked ones changes by
{linked:+.1%}, of the others by {unlinked:+.1%}, of all by {overall:+.1%}.

The goals are those of the first step: whole words, without correction of typos, character
4-grams or a model. Within two points counts as reached.
{gaps}
Data: banking77 © PolyAI, CC BY 4.0; clinc150, CC BY 3.0; heq © NNLP-IL, CC BY 4.0; xquad
© DeepMind, CC BY-SA 4.0. None of it is part of this repository. Measured {day}.
"""


GAPS = """
# How well gaps are found

A quarter of the topics is linked by nobody; of the other tickets 60 % are linked, a tenth of
these to the wrong article. Nobody tells the program which topics there are: it has the tickets'
texts and the links, and no model (`loops/evolve/topics/`: character n-grams, TF-IDF, 150
dimensions, likeness to linked tickets and their share among the 15 nearest, average linkage).
`manage.py evaluate gaps DIR --seeds {n}` does the same with your own tickets; where each of them
has a `vector` of a model, these take the place of the letters, and HDBSCAN that of linkage.

| Data | Tickets | Topics | AUROC new/known | Precision | Recall | F (goal) | Precision@10 \
| F by tickets | Gaps for a new topic | CPU s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""
GAPS_TAIL = """
A listed gap is right when more than half of its tickets are of one topic that nobody linked.
Precision is the share of right ones among all that are listed, recall the share of new topics
that a right one stands for; precision@10 is that of the ten largest. Large topics are listed in
several pieces, as the last but one column says: each is of one topic, and whoever writes sees
them side by side.

By tickets, those that stand in any listed gap are held against those of new topics:
{by_tickets}.

Means and standard deviations of {n} draws of which topics are hidden (seeds {first} to {last});
the thresholds were chosen with other seeds, on both sets.
"""


def gaps() -> str:
    page = GAPS.format(n=len(HIDDEN_SEEDS))
    said = []
    for name, goal in (("banking77", 0.70), ("clinc150", 0.58)):
        texts, topics = datasets.questions(name)
        began = time.process_time()
        found = [finding.evaluate(finding.hide(texts, topics, seed=s)) for s in HIDDEN_SEEDS]
        seconds = (time.process_time() - began) / len(found)
        tickets = [one["tickets"] for one in found]
        pieces = [one["gaps"] / one["new_topics"] for one in found]
        cells = [
            name,
            f"{found[0]['n']:,}",
            f"{found[0]['topics']}, {found[0]['new_topics']} of them new",
            *(_mean(found, key) for key in ("AUROC", "gap_precision", "gap_recall")),
            f"{_mean(found, 'F')} ({goal:.2f})",
            _mean(found, "precision@10"),
            _mean(tickets, "F"),
            f"{statistics.mean(pieces):.1f}",
            f"{seconds:.1f}",
        ]
        row = f"| {' | '.join(cells)} |\n"
        sys.stderr.write(row)
        page += row
        said.append(
            f"precision {_mean(tickets, 'precision')} and recall {_mean(tickets, 'recall')} "
            f"on {name}"
        )
    return page + GAPS_TAIL.format(
        n=len(HIDDEN_SEEDS),
        first=HIDDEN_SEEDS[0],
        last=HIDDEN_SEEDS[-1],
        by_tickets=",\n".join(said),
    )


def written() -> str:
    """The part about gaps as it stands on the page, with an empty line before and after."""
    page = PAGE.read_text(encoding="utf-8")
    begins, ends = page.find("\n# How well gaps are found"), page.find("\nData: banking77")
    return page[begins:ends] if 0 < begins < ends else ""


def _mean(found: list[dict[str, Any]], name: str) -> str:
    values = [one[name] for one in found]
    return f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}"


@pytest.mark.django_db
def test_write_the_gaps():
    """Only what is about gaps; the rest of the page stays as it is."""
    for name in ("banking77", "clinc150"):
        if sentence := datasets.missing(name):
            pytest.skip(sentence)
    page = PAGE.read_text(encoding="utf-8")
    part = written()
    ends = page.find("\nData: banking77")
    PAGE.write_text(page[: ends - len(part)] + gaps() + page[ends:], encoding="utf-8")


@pytest.mark.django_db
def test_write_the_page():
    for name in ("banking77", "clinc150", "heq", "xquad"):
        if sentence := datasets.missing(name):
            pytest.skip(sentence)
    goals = {0: (0.48, 0.72), 1: (0.57, 0.83), 10: (0.70, 0.92)}
    page = HEAD
    for name, maker in (("banking77", datasets.banking77), ("clinc150", datasets.clinc150)):
        for links in (0, 1, 10):
            cases = [maker(links, seed) for seed in (SEEDS if links else SEEDS[:1])]
            goal = goals[links] if name == "banking77" else None
            page += line(f"{name}, links an article: {links}", cases, goal)
    page += line("heq (Hebrew)", [datasets.heq()], (0.70, 0.86))
    page += line("xquad (Russian)", [datasets.xquad("ru")], (0.87, 0.98))
    page += line("xquad (English)", [datasets.xquad("en")], None)
    page += TAIL.format(
        **demand(datasets.banking77), gaps=written(), day=datetime.now(UTC).date()
    )
    PAGE.write_text(page, encoding="utf-8")


def line(title: str, cases: list[Any], goal: tuple[float, float] | None) -> str:
    found = [evaluation.evaluate(case) for case in cases]

    def mean(name: str) -> float:
        return sum(one[name] for one in found) / len(found)

    def share(name: str, wanted: float | None = None) -> str:
        return f"{mean(name):.3f}" + (f" ({wanted:.2f})" if wanted else "")

    first, fifth = goal or (None, None)
    cpu = found[0]["cpu_ms"]
    cells = [
        title,
        str(found[0]["articles"]),
        f"{found[0]['n']:,}",
        share("R@1", first),
        share("R@5", fifth),
        *(share(name) for name in ("R@10", "MRR@10", "nDCG@10", "empty")),
        f"{cpu['p50']:.1f} / {cpu['p95']:.1f}",
    ]
    row = f"| {' | '.join(cells)} |\n"
    sys.stderr.write(row)
    return row


def demand(maker: Any) -> dict[str, float]:
    """What one linked ticket on every second article does to both halves, over the draws."""
    changes = []
    for seed in SEEDS:
        case = maker(1, seed)
        half = {row["id"] for row in case.articles[seed % 2 :: 2]}
        case.links = [ticket for ticket in case.links if ticket["article"] in half]
        after = evaluation.evaluate(case)
        case.links = []
        whole = evaluation.evaluate(case)
        case.tests = [ticket for ticket in case.tests if ticket["article"] in half]
        before = evaluation.evaluate(case)
        unlinked = after["unlinked"]
        others = (whole["R@1"] * whole["n"] - before["R@1"] * before["n"]) / unlinked["n"]
        changes.append(
            (
                after["linked"]["R@1"] - before["R@1"],
                unlinked["R@1"] - others,
                after["R@1"] - whole["R@1"],
            )
        )
    linked, unlinked, overall = (
        sum(part) / len(changes) for part in zip(*changes, strict=True)
    )
    return {"linked": linked, "unlinked": unlinked, "overall": overall}
