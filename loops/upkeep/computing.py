"""Every article's Upkeep row, counted from the rows of use: set-wise, a few thousand at a time.

Each batch is one transaction, so that a killed job leaves whole batches, and the next run does
the rest. Private teams' tickets are left out: nobody else learns of them by a number.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article
from loops.intake.copying import copy
from loops.models import Upkeep
from loops.upkeep import scoring
from loops.upkeep.scoring import Counted, Facts
from people.models import Domain, Release

BATCH = 4_000
# What happened longer ago the nightly run has seen.
LOOK_BACK = timedelta(days=2)
LOCK = 0x75706B70  # two jobs on one article take turns

WEIGHT = "power(0.5, greatest(extract(epoch from %(now)s - {at}), 0)::float8 / %(half)s)"

# Each link falls into one class: a ticket that was opened again outweighs all else.
LINKS = f"""
with met as (
  select l.article_id, l.at, l.by_id, t.csat, {WEIGHT.format(at="l.at")} as weight,
    l.by_id = a.created_by_id or l.by_id = v.by_id
      or (a.origin_type = 'ticket' and a.origin_id = t.number) as own,
    t.state in ('solved', 'closed') as done,
    t.reopened_count > 0 and exists (
      select from tickets_ticketevent e
      where e.ticket_id = t.id and e.verb = 'reopened' and e.at >= l.at) as reopened,
    case when t.severity is not null then least(greatest(t.severity, 1), 3)
      when t.priority = 4 then 3 when t.priority = 3 then 2 else 1 end as severity
  from loops_link l
  join articles_article a on a.id = l.article_id
  join articles_version v on v.id = l.version_id
  join tickets_ticket t on t.id = l.ticket_id
  left join people_team g on g.id = t.team_id
  where l.kind = 'resolution' and l.article_id = any(%(ids)s) and g.private is not true
    and t.external_system <> 'recall'
), judged as (
  select *, case when reopened then 'reopened' when not done then 'waiting'
    when csat <= 2 then 'low_csat' when own then 'own' else 'right' end as what
  from met
)
select article_id, count(*), count(*) filter (where at > %(ago_90)s),
  avg(severity) filter (where at > %(ago_90)s),
  count(*) filter (where what = 'right'),
  coalesce(sum(weight) filter (where what = 'right'), 0),
  count(*) filter (where what = 'right' and at > %(ago_30)s),
  count(*) filter (where what = 'right' and at > %(ago_90)s),
  count(distinct by_id) filter (where what = 'right' and at > %(ago_90)s),
  max(at) filter (where what = 'right'),
  (array_agg(by_id order by at desc) filter (where what = 'right'))[1],
  count(*) filter (where what = 'own'),
  count(*) filter (where what = 'reopened'),
  coalesce(sum(weight) filter (where what = 'reopened'), 0),
  count(*) filter (where what = 'low_csat'),
  coalesce(sum(weight) filter (where what = 'low_csat'), 0)
from judged group by article_id
"""

KIND = "case kind {} else 1 end".format(
    " ".join(f"when '{kind}' then {weight}" for kind, weight in scoring.FLAGS.items())
)
FLAGS = f"""
select article_id,
  count(*) filter (where state in ('open', 'taken')),
  coalesce(sum({KIND}) filter (where state in ('open', 'taken')), 0),
  count(*) filter (where state = 'resolved'),
  coalesce(sum({KIND} * {WEIGHT.format(at="coalesce(answered_at, at)")})
    filter (where state = 'resolved'), 0)
from articles_flag where article_id = any(%(ids)s) group by article_id
"""
FEEDBACK = f"""
select article_id, count(*), sum({WEIGHT.format(at="at")})
from articles_feedback
where article_id = any(%(ids)s) and helpful is false and state <> 'rejected'
group by article_id
"""
# One's own word for one's own article proves nothing.
CONFIRMED = f"""
select e.article_id, count(*), sum({WEIGHT.format(at="e.at")}), max(e.at)
from articles_articleevent e join articles_article a on a.id = e.article_id
where e.article_id = any(%(ids)s) and e.verb = 'reviewed' and e.by_id <> a.created_by_id
group by e.article_id
"""

# Articles about which something was said since their row was computed. Every change of an
# article is an event of it; a ticket's are what may turn a reuse into a failure. A transaction's
# events carry the time of its beginning and are seen at its end: hence the minute.
TOUCHED = """
select distinct e.article_id
from articles_articleevent e
left join loops_upkeep u on u.article_id = e.article_id
where e.at > %s and (u.article_id is null or e.at > u.computed_at - interval '1 minute')
union
select l.article_id
from tickets_ticketevent e
join loops_link l on l.ticket_id = e.ticket_id
left join loops_upkeep u on u.article_id = l.article_id
where e.at > %s and e.verb in ('solved', 'reopened', 'closed', 'changed')
  and (u.article_id is null or e.at > u.computed_at - interval '1 minute')
"""


class Releases:
    """Which releases came after a day, for a domain: its own, and those of branches above."""

    def __init__(self, today: date) -> None:
        paths = dict(Domain.objects.order_by().values_list("pk", "path"))
        of: dict[str, list[tuple[date, str]]] = {}
        known = Release.objects.filter(released_on__lte=today).order_by("released_on", "pk")
        for domain, on, name in known.values_list("domain_id", "released_on", "name"):
            of.setdefault(paths[domain], []).append((on, name))
        self.of: dict[int, list[tuple[date, str]]] = {}
        for pk, path in paths.items():
            words = path.split("/")
            above = ["/".join(words[:n]) for n in range(1, len(words) + 1)]
            if found := sorted(one for branch in above for one in of.get(branch, ())):
                self.of[pk] = found

    def since(self, domain: int | None, day: date) -> tuple[str, ...]:
        """Their names, the newest first."""
        known = self.of.get(domain or 0)
        if not known:
            return ()
        return tuple(name for _on, name in reversed(known[bisect_left(known, (day,)) :]))


def compute_all(now: datetime | None = None) -> int:
    """Every article's row anew; how many. The clock alone moves evidence, so this is nightly."""
    done, last = 0, 0
    while True:
        following = Article.objects.filter(pk__gt=last).order_by("pk")
        keys = list(following.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return done
        compute(keys, now=now)
        done, last = done + len(keys), keys[-1]


def compute_touched(now: datetime | None = None) -> int:
    """The rows of articles that something happened to since they were computed; how many."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, [now - LOOK_BACK, now - LOOK_BACK])
        keys = sorted(key for (key,) in cursor.fetchall())
    for at in range(0, len(keys), BATCH):
        compute(keys[at : at + BATCH], now=now)
    return len(keys)


@transaction.atomic
def compute(keys: Iterable[int], *, now: datetime | None = None) -> None:
    """These articles' rows, in one transaction."""
    now = now or timezone.now()
    ids = list(keys)
    asked = {
        "ids": ids,
        "now": now,
        "half": scoring.HALF_LIFE.total_seconds(),
        "ago_30": now - timedelta(days=30),
        "ago_90": now - timedelta(days=90),
    }
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        links, flags, feedback, confirmed = (
            _by_article(cursor, sql, asked) for sql in (LINKS, FLAGS, FEEDBACK, CONFIRMED)
        )
        releases = Releases(now.date())
        articles = Article.objects.filter(pk__in=ids).order_by("pk")
        rows = [
            _row(
                *article,
                links=links.get(article[0]),
                flags=flags.get(article[0], (0, 0, 0, 0)),
                feedback=feedback.get(article[0], (0, 0)),
                confirmed=confirmed.get(article[0], (0, 0, None)),
                releases=releases,
                now=now,
            )
            for article in articles.values_list(
                "pk", "confidence", "domain_id", "created_at", "validated_at"
            )
        ]
        cursor.execute("delete from loops_upkeep where article_id = any(%s)", [ids])
        copy(rows)


def _by_article(cursor: Any, sql: str, asked: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
    cursor.execute(sql, asked)
    return {key: tuple(rest) for key, *rest in cursor.fetchall()}


UNLINKED = (0, 0, None, 0, 0, 0, 0, 0, None, None, 0, 0, 0, 0, 0)


def _row(
    pk: int,
    confidence: str,
    domain: int | None,
    created_at: datetime,
    validated_at: datetime | None,
    *,
    links: tuple[Any, ...] | None,
    flags: tuple[Any, ...],
    feedback: tuple[Any, ...],
    confirmed: tuple[Any, ...],
    releases: Releases,
    now: datetime,
) -> Upkeep:
    (total, demand, severity, right, right_weight, right_30, right_90, people, last_at, last_by,
     own, reopened, reopened_weight, low, low_weight) = links or UNLINKED  # fmt: skip
    proofs = (created_at, validated_at, confirmed[2], last_at)
    proved = max(moment for moment in proofs if moment is not None)
    facts = Facts(
        confidence=confidence,
        reuses=Counted(right, float(right_weight)),
        own=own,
        confirmations=Counted(confirmed[0], float(confirmed[1])),
        reopened=Counted(reopened, float(reopened_weight)),
        low_csat=Counted(low, float(low_weight)),
        not_helpful=Counted(feedback[0], float(feedback[1])),
        open_flags=Counted(flags[0], float(flags[1])),
        mended_flags=Counted(flags[2], float(flags[3])),
        idle_days=(now - proved).days,
        releases=releases.since(domain, proved.date() + timedelta(days=1)),
        demand=demand,
        severity=float(severity or 1),
    )
    found = scoring.score(facts)
    return Upkeep(
        article_id=pk,
        evidence=found.evidence,
        doubt=found.doubt,
        demand=demand,
        severity=facts.severity,
        harm=found.harm,
        reuses_30=right_30,
        reuses_90=right_90,
        reusers_90=people,
        links=total,
        last_reuse_at=last_at,
        last_reuse_by_id=last_by,
        reasons=found.reasons,
        computed_at=now,
    )
