"""Writing the impact table, in the transaction that writes the article.

Nothing here updates a row that two articles share, so two saves never wait for each other:
term ids are hashes, new words are appended, counts and averages are refreshed in batch.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, transaction

from articles.search import analyzer
from articles.search.analyzer import Token, base_language
from articles.search.translated import TRANSLATED, Translated, add_translations
from articles.search.weighing import (
    BITS,
    FIELDS,
    USUAL,
    Demand,
    count_fields,
    fields_of,
    lengths_of,
    rows_of,
)

if TYPE_CHECKING:
    from articles.models import Article

# The row of articles_corpus that is about the whole base.
ALL = "*"
DEMAND_TICKETS = 10
DEMAND_WORDS = 400
BATCH = 500
# How many articles have a term. One that only tickets know it from counts as two: a word that one
# customer happened to say is rare by chance, and would outweigh the words of titles.
DF = f"(count(*) + count(*) filter (where fields = {BITS['demand']}))::int"
# Averages that moved by less than this leave the impacts in the index as they are.
DRIFT = 0.15
SAMPLE = 2_000


# One article, in the caller's transaction ------------------------------------------------------


def write(article: Article) -> None:
    """(Re)index one article. Everyone who may see it finds it once the caller commits."""
    _put(article, _held(article.pk))


def set_demand(article_id: int, texts: Sequence[str]) -> None:
    """Make the words of these tickets, newest first, the article's demand field.

    Called with the last ten tickets resolved with the article whenever they change: what is
    no longer among them is forgotten. Only counts of words are kept, never the sentences.
    """
    from articles.models import Article

    article = Article.objects.filter(pk=article_id).select_related("template").first()
    if article is None:
        return
    held = _held(article_id)
    demand = demand_of(texts, article.language)
    if demand != held.demand or not held.terms:
        _put(article, held._replace(demand=demand))


def demand_of(texts: Sequence[str], language: str) -> Demand:
    """The counted terms of tickets. Each is read in its own script's language."""
    counted: Counter[Token] = Counter()
    for text in texts[:DEMAND_TICKETS]:
        own = language if _same_script(text, language) else analyzer.detect(text)
        counted.update(analyzer.analyse(text[:20_000], own)[:DEMAND_WORDS])
    return sorted((space, term, n) for (space, term), n in counted.items())


def _same_script(text: str, language: str) -> bool:
    scripts = analyzer.LANGUAGE_SCRIPT
    found = analyzer.detect(text)
    return scripts.get(found, "latin") == scripts.get(base_language(language), "latin")


def remove(article_id: int) -> None:
    """Forget an article at once; the database takes its postings along."""
    with connection.cursor() as cursor:
        cursor.execute("delete from articles_document where article_id = %s", [article_id])


class Held(NamedTuple):
    """What the index has of an article, and what its impacts are computed with."""

    demand: Demand
    terms: set[int]
    averages: Sequence[float]
    languages: set[str]
    translated: list[Translated]


def _held(article_id: int) -> Held:
    """Lock what the index holds of an article; its translations come along."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with held as (
              select terms, demand from articles_document where article_id = %s for update)
            select held.terms, held.demand, base.averages, base.languages,
              (select json_agg({TRANSLATED})::text from articles_translation t
               where t.article_id = %s)
            from (select max(averages) filter (where language = '*') as averages,
                         array_agg(language) as languages
                  from articles_corpus) base
            left join held on true
            """,
            [article_id, article_id],
        )
        terms, demand, averages, languages, translated = cursor.fetchone()
    demand = json.loads(demand) if isinstance(demand, str) else demand
    return Held(
        [(space, term, n) for space, term, n in demand or ()],
        set(terms or ()),
        averages or USUAL,
        set(languages or ()),
        [Translated(*row) for row in json.loads(translated or "[]")],
    )


PUT = """
with gone as (
  delete from articles_posting where article_id = %s and term_id = any(%s::bigint[])),
put as (
  insert into articles_posting as p
    (term_id, article_id, impact, outside, fields, outside_fields)
  select t, %s, i, o, f, g
  from unnest(%s::bigint[], %s::real[], %s::real[], %s::smallint[], %s::smallint[])
       as row(t, i, o, f, g)
  on conflict (term_id, article_id) do update
  set impact = excluded.impact, outside = excluded.outside,
      fields = excluded.fields, outside_fields = excluded.outside_fields
  where (p.impact, p.outside, p.fields, p.outside_fields) is distinct from
        (excluded.impact, excluded.outside, excluded.fields, excluded.outside_fields)),
met as (
  insert into articles_newterm (term_id, language, term)
  select n.id, n.language, n.term
  from unnest(%s::bigint[], %s::text[], %s::text[]) as n(id, language, term)
  where not exists (select from articles_term t where t.id = n.id))
insert into articles_document as d (article_id, language, spaces, lengths, terms, demand)
values (%s, %s, %s, %s, %s, %s)
on conflict (article_id) do update
set language = excluded.language, spaces = excluded.spaces, lengths = excluded.lengths,
    terms = excluded.terms, demand = excluded.demand
"""


def _put(article: Article, held: Held) -> None:
    demand, old, averages, languages, translated = held
    rows, lengths = rows_of(article, demand, averages)
    add_translations(rows, translated, averages)
    spaces = sorted({space for space, _ in rows})
    by_id = {analyzer.term_id(term): term for term in rows}
    # Sorted, so that saves of one article and a reindex take its rows in one order.
    ids = sorted(by_id)
    values = [rows[by_id[term]] for term in ids]
    fresh = [term for term in ids if term not in old]
    with connection.cursor() as cursor:
        if missing := [space for space in spaces if space not in languages]:
            # The first words of a language: once in the life of a base.
            cursor.execute(
                "insert into articles_corpus (language) select unnest(%s::text[]) "
                "on conflict do nothing",
                [missing],
            )
        cursor.execute(
            PUT,
            [
                article.pk,
                sorted(old - by_id.keys()),
                article.pk,
                ids,
                *([value[at] for value in values] for at in range(4)),
                fresh,
                [by_id[term][0] for term in fresh],
                [by_id[term][1] for term in fresh],
                article.pk,
                article.language,
                spaces,
                lengths,
                ids,
                json.dumps(demand),
            ],
        )


# Many articles, by COPY ------------------------------------------------------------------------


def write_many(article_ids: Iterable[int]) -> int:
    """(Re)index articles in batches, each in a transaction of its own (or in the caller's).

    The caller refreshes the figures of the base when it has written its last batch.
    """
    written = 0
    for ids in _batches(sorted(set(article_ids))):
        with transaction.atomic():
            written += _write_batch(ids)
    return written


def _write_batch(ids: list[int]) -> int:
    from articles.models import Article

    with connection.cursor() as cursor:
        # One order for all: whoever indexes several articles locks them from the lowest up.
        cursor.execute(
            "insert into articles_document (article_id, language, spaces, lengths, terms) "
            "select id, '', '{}', '{}', '{}' from articles_article where id = any(%s) "
            "order by id on conflict do nothing",
            [ids],
        )
        cursor.execute(
            "select article_id, demand from articles_document where article_id = any(%s) "
            "order by article_id for update",
            [ids],
        )
        demands = {
            pk: json.loads(found) if isinstance(found, str) else found
            for pk, found in cursor.fetchall()
        }
        articles = list(
            Article.objects.filter(pk__in=ids).order_by("pk").select_related("template")
        )
        translated = _translated(cursor, ids)
        averages = _settled_averages(articles)
        cursor.execute(
            "delete from articles_posting p using articles_document d "
            "where d.article_id = any(%s) and p.article_id = d.article_id "
            "and p.term_id = any(d.terms)",
            [ids],
        )
        met: dict[int, Token] = {}
        lines: list[str] = []
        documents: list[tuple[Any, ...]] = []
        spaces_seen: set[str] = set()
        for article in articles:
            demand = [(space, term, n) for space, term, n in demands.get(article.pk) or ()]
            rows, lengths = rows_of(article, demand, averages)
            add_translations(rows, translated.get(article.pk, ()), averages)
            terms = []
            for term, (impact, out, mask, out_mask) in rows.items():
                key = analyzer.term_id(term)
                met[key] = term
                terms.append(key)
                lines.append(
                    f"{key}\t{article.pk}\t{impact:.6g}\t{out:.6g}\t{mask}\t{out_mask}\n"
                )
            spaces = sorted({space for space, _ in rows})
            spaces_seen.update(spaces)
            documents.append(
                (article.pk, article.language, spaces, lengths, sorted(set(terms)))
            )
        # The index is a B-tree over hashes: rows in its order are several times faster.
        lines.sort()
        cursor.copy_expert(
            "copy articles_posting (term_id, article_id, impact, outside, fields, "
            "outside_fields) from stdin",
            io.StringIO("".join(lines)),
        )
        _meet(cursor, met, spaces_seen)
        cursor.executemany(
            "update articles_document set language = %s, spaces = %s, lengths = %s, terms = %s "
            "where article_id = %s",
            [(*rest, pk) for pk, *rest in documents],
        )
    return len(articles)


def _translated(cursor: Any, ids: list[int]) -> dict[int, list[Translated]]:
    cursor.execute(
        f"select t.article_id, {TRANSLATED}::text from articles_translation t "
        "where t.article_id = any(%s) order by t.article_id, t.language",
        [ids],
    )
    found: dict[int, list[Translated]] = {}
    for pk, row in cursor.fetchall():
        found.setdefault(pk, []).append(Translated(*json.loads(row)))
    return found


def _meet(cursor: Any, met: dict[int, Token], spaces: set[str]) -> None:
    """Append the words that the dictionary does not have yet."""
    cursor.execute("select id from articles_term where id = any(%s)", [list(met)])
    known = {key for (key,) in cursor.fetchall()}
    cursor.copy_expert(
        "copy articles_newterm (term_id, language, term) from stdin",
        io.StringIO(
            "".join(
                f"{key}\t{space}\t{term}\n"
                for key, (space, term) in met.items()
                if key not in known
            )
        ),
    )
    cursor.execute(
        "insert into articles_corpus (language) "
        "select unnest(%s::text[]) as language order by language on conflict do nothing",
        [sorted(spaces)],
    )


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


# Figures of the whole base ---------------------------------------------------------------------


def refresh_stats() -> None:
    """Count again what weights need: terms, articles per language, average lengths.

    Runs every few minutes and after an import. A base that outgrew its averages is indexed
    again with new ones, so that all impacts in it were always made with the same.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # One refresh at a time; saves go on meanwhile.
        cursor.execute("select pg_advisory_xact_lock(hashtext('articles_corpus'))")
        cursor.execute(
            """
            with gone as (delete from articles_newterm returning term_id, language, term)
            insert into articles_term (id, language, term)
            select distinct on (term_id) term_id, language, term from gone
            on conflict do nothing
            """
        )
        # A word that nobody had at the last refresh and nobody has now is forgotten: it may
        # have been somebody's name. Twice, so that a save under way does not lose its words.
        cursor.execute(
            f"""
            create temporary table counted on commit drop as
              select term_id, {DF} as df from articles_posting group by term_id;
            delete from articles_term t
              where df < 0 and not exists (select from counted c where c.term_id = t.id);
            update articles_term t set df = c.df
              from counted c where c.term_id = t.id and t.df <> c.df;
            update articles_term t set df = -1
              where df >= 0 and not exists (select from counted c where c.term_id = t.id);
            """
        )
        cursor.execute("drop table counted")
        cursor.execute(
            """
            insert into articles_corpus (language, articles, refreshed_at)
            select space, count(*), now() from articles_document, unnest(spaces) space group by 1
            union all select '*', count(*), now() from articles_document
            on conflict (language) do update
            set articles = excluded.articles, refreshed_at = excluded.refreshed_at
            """
        )
        cursor.execute(
            "update articles_corpus set articles = 0 where refreshed_at < now() and articles > 0"
        )
        used, now = _averages_in_use(cursor), _averages_of_documents(cursor)
        moved = [at for at in range(len(FIELDS)) if abs(now[at] - used[at]) > DRIFT * used[at]]
        if not moved:
            return
        _settle([now[at] if at in moved else used[at] for at in range(len(FIELDS))])
        cursor.execute(
            "select article_id from articles_document where exists "
            "(select from unnest(%s::int[]) field where lengths[field] > 0)",
            [[at + 1 for at in moved]],
        )
        outdated = [pk for (pk,) in cursor.fetchall()]
    write_many(outdated)


def reindex() -> int:
    """Build the whole index anew from the articles; demand words stay as they are."""
    from articles.models import Article

    _settle(measure(Article.objects.order_by("?").select_related("template")[:SAMPLE]))
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from articles_document where article_id not in "
            "(select id from articles_article)"
        )
    written = write_many(Article.objects.values_list("pk", flat=True))
    refresh_stats()
    return written


def measure(articles: Iterable[Article]) -> list[float]:
    """Average field lengths of these articles, with their demand words as they are held."""
    lengths = [
        lengths_of(count_fields(fields_of(article), article.language)) for article in articles
    ]
    averages = _mean(lengths)
    with connection.cursor() as cursor:
        averages[-1] = _averages_of_documents(cursor)[-1]
    return averages


def _mean(lengths: Sequence[Sequence[int]]) -> list[float]:
    """Per field, over the texts that have the field: an empty one says nothing of length."""
    result = []
    for usual, column in zip(USUAL, zip(*lengths, strict=True), strict=True):
        filled = [length for length in column if length]
        # Five texts of usual length keep the first few articles from setting the measure.
        result.append((sum(filled) + 5 * usual) / (len(filled) + 5))
    return result or list(USUAL)


def _averages_in_use(cursor: Any) -> Sequence[float]:
    cursor.execute("select averages from articles_corpus where language = '*'")
    found = cursor.fetchone()
    return (found and found[0]) or USUAL


def _averages_of_documents(cursor: Any) -> list[float]:
    cursor.execute(
        """
        select field, sum(length), count(*)
        from articles_document, unnest(lengths) with ordinality as l(length, field)
        where length > 0 group by field
        """
    )
    sums = {field: (int(total), n) for field, total, n in cursor.fetchall()}
    return [
        (sums.get(at, (0, 0))[0] + 5 * usual) / (sums.get(at, (0, 0))[1] + 5)
        for at, usual in enumerate(USUAL, start=1)
    ]


def _settle(averages: Sequence[float]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into articles_corpus (language, averages) values ('*', %s) "
            "on conflict (language) do update set averages = excluded.averages",
            [list(averages)],
        )


def _settled_averages(articles: Sequence[Article]) -> Sequence[float]:
    """The averages in use; those of a first import are taken from its first batch."""
    with connection.cursor() as cursor:
        cursor.execute("select averages from articles_corpus where language = '*'")
        found = cursor.fetchone()
    if found and found[0]:
        return found[0]
    if len(articles) < 50:
        return USUAL
    averages = measure(articles)
    _settle(averages)
    return averages
