"""What a term in an article is worth: BM25F, computed when the article is saved.

impact = tf'·(k1+1)/(k1+tf'),  tf' = Σ_f weight_f·tf_f/(1 − b_f + b_f·length_f/average_f)

`outside` is the same sum over what outside readers may read: without internal passages, and
without the demand field, whose words other customers wrote.

Tuned weights, excluded fields and 4-grams are for `impacts` and `count_fields` to learn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from articles.search import analyzer
from articles.search.analyzer import Token

if TYPE_CHECKING:
    from articles.models import Article

# In the order of the bits of Posting.fields and of Document.lengths.
FIELDS = ("title", "issue", "environment", "resolution", "cause", "parts", "tags", "demand")
BITS = {name: 1 << at for at, name in enumerate(FIELDS)}
WEIGHTS = {**dict.fromkeys(FIELDS, 1.0), "title": 5.0, "tags": 2.0, "demand": 0.5}
K1 = 1.2
# A ticket that is told at length is not about other things, as a long article is: the length of
# the demand field counts less.
B = {**dict.fromkeys(FIELDS, 0.75), "demand": 0.5}

# Words per field to compare with until the base has lengths of its own.
USUAL = (6.0, 30.0, 8.0, 70.0, 20.0, 40.0, 3.0, 60.0)
MAX_TERMS = 20_000

Texts = dict[str, str]
Counts = dict[str, Counter[Token]]
Demand = list[tuple[str, str, int]]
# impact, outside, fields, outside_fields
Row = tuple[float, float, int, int]


def fields_of(article: Article, *, outside: bool = False) -> Texts:
    """The text of each field: as it is written, or as readers outside get it.

    What a template says itself is not searched for: it stands in every article alike.
    """
    facets = (article.environment_facets or {}).values()
    words: dict[str, Any] = article.said_outside() if outside else article.words()
    own = (article.parts or {}).keys() - article.template.locked_parts().keys()
    parts = (str(part) for key, part in sorted(words["parts"].items()) if key in own)
    return {
        **{name: str(words[name]) for name in ("title", "issue", "resolution", "cause")},
        "environment": "\n".join([words["environment"], *(str(value) for value in facets)]),
        "parts": "\n\n".join(part for part in parts if part),
        "tags": "\n".join(article.tags or ()),
    }


def count_fields(texts: Texts, language: str) -> Counts:
    return {name: analyzer.count(text, language) for name, text in texts.items() if text}


def lengths_of(counts: Counts) -> list[int]:
    return [counts[name].total() if name in counts else 0 for name in FIELDS]


def impacts(counts: Counts, averages: Sequence[float]) -> dict[Token, tuple[float, int]]:
    """What each term says about this text, and the bits of the fields it stands in."""
    sums: dict[Token, float] = {}
    masks: dict[Token, int] = {}
    for name, average in zip(FIELDS, averages, strict=True):
        if not (counted := counts.get(name)):
            continue
        share = WEIGHTS[name] / (1 - B[name] + B[name] * counted.total() / average)
        bit = BITS[name]
        for term, times in counted.items():
            sums[term] = sums.get(term, 0.0) + share * times
            masks[term] = masks.get(term, 0) | bit
    return {term: ((K1 + 1) * tf / (K1 + tf), masks[term]) for term, tf in sums.items()}


def rows_of(
    article: Article, demand: Demand, averages: Sequence[float]
) -> tuple[dict[Token, Row], list[int]]:
    """The postings of one article by term, and its field lengths."""
    language, texts = article.language, fields_of(article)
    counts = count_fields(texts, language)
    seen = fields_of(article, outside=True)
    public = counts if seen == texts else count_fields(seen, language)
    inside = {**counts, "demand": Counter({(space, term): n for space, term, n in demand})}
    shown = impacts(public, averages)
    rows: dict[Token, Row] = {}
    for term, (impact, mask) in impacts(inside, averages).items():
        out, out_mask = shown.get(term, (0.0, 0))
        rows[term] = (impact, out, mask, out_mask)
        if len(rows) == MAX_TERMS:
            break
    return rows, lengths_of(inside)
