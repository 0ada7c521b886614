"""Which tickets the night looks at: bounded groups of one language, or of one branch of it.

A group holds the newest unlinked tickets and a sample of linked ones to compare them with, so
that its cost does not grow with the desk. Private teams' tickets are left out everywhere:
nobody else learns of them by a topic, a gap or a number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from loops.evolve.topics.vectors import CHARACTERS

# Tickets older than this keep the topic that they have.
LOOK_BACK = timedelta(days=400)
UNLINKED, LINKED = 10_000, 12_000

# Tickets of private teams, and our own letters after a recall, are nobody's demand.
OURS = "g.private is not true and t.external_system <> 'recall'"
# And what people of private teams type into the search is as private as their tickets.
INSIDER = """exists (select from people_user u join people_team p on p.id = u.team_id
  where u.id = s.by_id and p.private)"""
LANGUAGE = "split_part(lower(t.language), '-', 1)"
# What the agent answered when it was solved: the longest that the requester was sent (before,
# it may be a question back). Who answers from memory, or pastes an article without linking it,
# says the same to the same question.
ANSWER = """left join lateral (select left(m.body, %(characters)s) as body
  from tickets_message m join tickets_requester r on r.id = t.requester_id
  where t.state in ('solved', 'closed') and m.ticket_id = t.id and not m.internal
    and m.by_id is not null and m.by_id is distinct from r.user_id
  order by length(m.body) desc, m.id limit 1) m on true"""
HAS_LINK = """exists (select from loops_link l
  where l.ticket_id = t.id and l.kind = 'resolution')"""

COUNTS = f"""
select {LANGUAGE}, coalesce(split_part(d.path, '/', 1), ''), count(*)
from tickets_ticket t
left join people_team g on g.id = t.team_id
left join people_domain d on d.id = t.domain_id
where t.created_at >= %(since)s and t.created_at < %(now)s and {OURS} and not {HAS_LINK}
group by 1, 2 order by 1, 2
"""

# What is said to have no knowledge in it (spam, an account's closing) is no demand for any.
UNLINKED_SQL = f"""
select t.id, t.subject || E'\\n' || left(t.description, %(characters)s), coalesce(m.body, ''),
  coalesce(t.team_id, 0), t.created_at, t.domain_id,
  exists (select from loops_outcome o where o.ticket_id = t.id and o.ended_at is null
    and o.outcome = 'no_knowledge' and o.reason <> 'other') as idle
from tickets_ticket t
left join people_team g on g.id = t.team_id
left join people_domain d on d.id = t.domain_id
{ANSWER}
where t.created_at >= %(since)s and t.created_at < %(now)s and {OURS}
  and {LANGUAGE} = %(language)s
  and (%(root)s::text is null or coalesce(split_part(d.path, '/', 1), '') = %(root)s)
  and not {HAS_LINK}
order by t.created_at desc, t.id desc limit %(limit)s
"""

LINKED_SQL = f"""
select t.id, t.subject || E'\\n' || left(t.description, %(characters)s), coalesce(m.body, ''),
  coalesce(t.team_id, 0), t.created_at, t.domain_id, l.article_id
from tickets_ticket t
join lateral (select l.article_id from loops_link l
  where l.ticket_id = t.id and l.kind = 'resolution'
  order by l.at desc, l.id desc limit 1) l on true
left join people_team g on g.id = t.team_id
left join people_domain d on d.id = t.domain_id
{ANSWER}
where t.created_at >= %(since)s and t.created_at < %(now)s and {OURS}
  and {LANGUAGE} = %(language)s
  and (coalesce(%(root)s, '') = '' or split_part(d.path, '/', 1) = %(root)s)
order by t.created_at desc, t.id desc limit %(limit)s
"""


@dataclass
class Group:
    """Tickets to look at together, the unlinked ones first. `articles` is the linked article of
    each, 0 for none; `answers` what an agent wrote, empty where nobody did. `idle` are the keys
    of tickets that were closed as having no knowledge in them: they stand nowhere else."""

    language: str
    root: str | None
    tickets: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    created: list[datetime] = field(default_factory=list)
    domains: list[int | None] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)


def groups(now: datetime) -> list[tuple[str, str | None]]:
    """Language and branch of each group; no branch where the whole language is few enough."""
    asked = {"since": now - LOOK_BACK, "now": now}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for language, root, count in _rows(COUNTS, asked):
        counts[language][root] = count
    out: list[tuple[str, str | None]] = []
    for language, roots in counts.items():
        if sum(roots.values()) <= UNLINKED:
            out.append((language, None))
        else:
            out += [(language, root) for root in roots]
    return out


def read(language: str, root: str | None, now: datetime) -> Group:
    """The tickets of one group."""
    group = Group(language, root)
    asked: dict[str, Any] = {
        "since": now - LOOK_BACK,
        "now": now,
        "language": language,
        "root": root,
        "characters": CHARACTERS,
    }
    for *row, idle in _rows(UNLINKED_SQL, asked | {"limit": UNLINKED}):
        if idle:
            group.idle.append(row[0])
        else:
            _add(group, row, 0)
    for *row, article in _rows(LINKED_SQL, asked | {"limit": LINKED}):
        _add(group, row, article)
    return group


def _add(group: Group, row: list[Any], article: int) -> None:
    ticket, text, answer, team, created, domain = row
    group.tickets.append(ticket)
    group.texts.append(text)
    group.answers.append(answer)
    group.teams.append(team)
    group.created.append(created)
    group.domains.append(domain)
    group.articles.append(article)


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
