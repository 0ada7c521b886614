"""After rows came by COPY: counters that equal their rows, and the index with its demand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from articles.models import Article
from articles.search import index

# As many articles at once as the index takes in one batch.
BATCH = 500

COUNT = """
update articles_article a set
  reuse_count = coalesce(l.n, 0), last_reused_at = l.last,
  helped_count = coalesce(f.n, 0), view_count = coalesce(v.n, 0), open_flags = coalesce(o.n, 0)
from articles_article x
left join (select l.article_id, count(*) n, max(l.at) last
           from loops_link l
           join articles_article a on a.id = l.article_id
           join articles_version v on v.id = l.version_id
           join tickets_ticket t on t.id = l.ticket_id
           where l.kind = 'resolution'
             and not (a.origin_type = 'ticket' and a.origin_id = t.number)
             and not (v.number = 1 and v.origin_type = 'ticket' and v.origin_id = t.number)
           group by 1) l on l.article_id = x.id
-- One person's "it helped" counts once, for two articles that became one as well.
left join (select article_id, count(*) filter (where by_id is null) + count(distinct by_id) n
           from articles_feedback where helpful group by 1) f on f.article_id = x.id
-- Views stay where they were seen, and count for the article that this one became, too.
left join (select counted.id, count(*) n
           from articles_view v join articles_article a on a.id = v.article_id
           cross join lateral (values (a.id), (a.merged_into_id)) counted(id)
           where counted.id is not null group by 1) v on v.id = x.id
left join (select article_id, count(*) n from articles_flag where state in ('open', 'taken')
           group by 1) o on o.article_id = x.id
where a.id = x.id and (a.reuse_count, a.last_reused_at, a.helped_count, a.view_count, a.open_flags)
  is distinct from
  (coalesce(l.n, 0), l.last, coalesce(f.n, 0), coalesce(v.n, 0), coalesce(o.n, 0))
"""
WORDS = """
select article_id, language, array_agg(words order by at desc, id desc) from (
  select l.article_id, a.language, l.at, l.id,
         t.subject || E'\\n' || t.description as words,
         row_number() over (partition by l.article_id order by l.at desc, l.id desc) as newest
  from loops_link l
  join articles_article a on a.id = l.article_id
  join tickets_ticket t on t.id = l.ticket_id
  left join people_team team on team.id = t.team_id
  where l.kind = 'resolution' and team.private is not true and l.article_id = any(%s)) recent
where newest <= %s group by 1, 2
"""
HOLD = """
insert into articles_document as d (article_id, language, spaces, lengths, terms, demand)
select id, '', '{}', '{}', '{}', demand::jsonb
from unnest(%s::bigint[], %s::text[]) as row(id, demand)
on conflict (article_id) do update set demand = excluded.demand
"""


def counters() -> None:
    """Reuse, helped, views and open flags of every article, as the verbs keep them."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)


def reindex(article_ids: Sequence[int], tick: Any = None) -> None:
    """Index these articles, each with the words of the last tickets that it resolved."""
    for start in range(0, len(article_ids), BATCH):
        ids = list(article_ids[start : start + BATCH])
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(WORDS, [ids, index.DEMAND_TICKETS])
                demands = {
                    pk: json.dumps(index.demand_of(words, language))
                    for pk, language, words in cursor.fetchall()
                }
                cursor.execute(HOLD, [sorted(demands), [demands[pk] for pk in sorted(demands)]])
            index.write_many(ids)
        if tick:
            tick(len(ids))


def everything() -> None:
    """Counters and index of the whole base."""
    counters()
    reindex(list(Article.objects.order_by("pk").values_list("pk", flat=True)))
