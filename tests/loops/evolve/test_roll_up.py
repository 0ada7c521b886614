"""Days that something happened to are counted again: nothing lost, nothing twice."""

import random
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from loops import tasks
from loops.evolve.rollups import days, definitions, jobs, numbers
from loops.evolve.rollups.columns import TABLES
from loops.evolve.scope import Scope
from loops.models import Dirty, Flow, Link, Outcome, Recount, RollupDay, Search
from people.models import Notification, SiteSettings
from tests import make
from tickets import actions as ticket_actions
from tickets.models import Ticket


def plant(count: int, *, first: datetime, over: timedelta, **fields) -> list[Ticket]:
    """Solved tickets over a time, without the verbs; the gate is off."""
    make.gate("off")
    asker = ticket_actions.requester_for(email="maya@example.com", name="Maya")
    step = over / count
    planted = Ticket.objects.bulk_create(
        [
            Ticket(
                number=f"KT-{next(make.number)}9",
                subject="Printed symbols",
                requester=asker,
                state="closed",
                created_at=first + n * step,
                solved_at=first + n * step + timedelta(minutes=20 + n % 90),
                reply_count=n % 3,
                seconds_worked=60 + n,
                **fields,
            )
            for n in range(count)
        ]
    )
    Outcome.objects.bulk_create(
        Outcome(
            ticket=one, outcome="no_knowledge", reason="no_reply", by=fields.get("solved_by"),
            at=one.solved_at,
        )
        for one in planted
    )  # fmt: skip
    return planted


def everything() -> dict[str, list]:
    """All figures as they stand."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select span, day, {', '.join(table.columns)} from {table.name}")
            found[table.name] = sorted(cursor.fetchall(), key=repr)
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on(begins: str, ends: str = "", *teams: int) -> Scope:
    first = date.fromisoformat(begins)
    last = date.fromisoformat(ends) if ends else first
    return Scope(first, last, frozenset(teams or (0,)))


@pytest.mark.django_db(transaction=True)
def test_rollup_equals_recount_after_300_late_updates_and_a_killed_worker(worker):
    """Reliability: a worker is killed while it counts, updates come from ten connections, the
    messages come twice, and in the end every figure is that of the rows."""
    agent, team, domain = make.contributor(), make.team(), make.domain()
    planted = plant(240, first=at("2026-05-20T06:00"), over=timedelta(days=20), solved_by=agent)
    article = make.public_article()
    jobs.run()
    assert days.dirty() == []

    with transaction.atomic(), connection.cursor() as cursor:
        # The worker takes the marks, throws the day's tickets away, and waits here.
        cursor.execute("lock table loops_visits in access exclusive mode")
        thread = threading.Thread(
            target=change, args=(planted[:1], agent, team, domain, article)
        )
        thread.start()
        thread.join()
        waiting = days.dirty()
        tasks.roll_up_day.delay(waiting[-1].isoformat())
        worker.until(lambda: count_waiting() == 1)
        worker.kill()
    worker.until(lambda: count_waiting() == 0)
    assert days.dirty() == waiting

    def hand_out() -> None:
        tasks.roll_up.delay()
        tasks.roll_up.delay()

    worker.start()
    hand_out()
    share = len(planted) // 10
    threads = [
        threading.Thread(
            target=change,
            args=(planted[n * share : (n + 1) * share], agent, team, domain, article, 30),
        )
        for n in range(10)
    ]
    for thread in threads:
        thread.start()
    hand_out()
    for thread in threads:
        thread.join()
    hand_out()
    worker.until(lambda: not days.dirty())
    for month in days.stale_months():
        days.add_up(month)
    figures = everything()
    assert figures["loops_flow"]
    jobs.forget()
    jobs.run()
    assert everything() == figures


def count_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")  # else it is the first answer again
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock' and query like '%loops_visits%'"
        )
        return cursor.fetchone()[0]


def change(tickets, agent, team, domain, article, times=1) -> None:
    """Late news of some tickets, each in a transaction of its own."""
    chance = random.Random(tickets[0].pk)
    for n in range(times):
        ticket = chance.choice(tickets)
        found = Ticket.objects.filter(pk=ticket.pk)
        match n % 6:
            case 0:
                found.update(csat=chance.randint(1, 5))
            case 1:
                found.update(team=chance.choice([team, None]))
            case 2:
                found.update(domain=domain, seconds_worked=chance.randint(60, 9_000))
            case 3:
                found.update(solved_at=ticket.solved_at + timedelta(days=chance.randint(0, 3)))
            case 4:
                Link.objects.get_or_create(
                    ticket=ticket,
                    article=article,
                    defaults={
                        "version": article.versions.get(),
                        "delivered": article.versions.get(),
                        "by": agent,
                        "at": ticket.solved_at,
                    },
                )
            case 5:
                Search.objects.create(ticket=ticket, kind="asked", at=ticket.created_at)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_change_while_a_day_is_counted_is_counted_the_next_time():
    planted = plant(6, first=at("2026-05-20T06:00"), over=timedelta(hours=6))
    jobs.run()
    day = date(2026, 5, 20)
    Ticket.objects.filter(pk=planted[0].pk).update(is_defect=True)
    with transaction.atomic():
        days.count(day)
        late = threading.Thread(
            target=lambda: (
                Ticket.objects.filter(pk=planted[1].pk).update(is_defect=True),
                connections.close_all(),
            )
        )
        late.start()
        late.join()
    assert numbers.totals(on("2026-05-20")).defects == 1
    assert days.dirty() == [day]
    assert days.count_if_dirty(day)
    assert numbers.totals(on("2026-05-20")).defects == 2


@pytest.mark.django_db
def test_a_message_that_comes_twice_finds_nothing_to_do():
    plant(5, first=at("2026-05-20T06:00"), over=timedelta(hours=6))
    tasks.roll_up_day("2026-05-20")
    before = everything()
    assert tasks.roll_up_day("2026-05-20") is False
    jobs.run()
    jobs.run()
    days.count(date(2026, 5, 20))
    assert [row for row in everything()["loops_flow"] if row[0] == "d"] == [
        row for row in before["loops_flow"] if row[0] == "d"
    ]


@pytest.mark.django_db
def test_any_way_in_leaves_a_mark_and_what_moves_no_figure_leaves_none():
    planted = plant(9, first=at("2026-05-20T06:00"), over=timedelta(days=9))
    jobs.run()
    assert not Dirty.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("update tickets_ticket set subject = 'Other', priority = 4")
        assert not Dirty.objects.exists()
        cursor.execute("update tickets_ticket set csat = 5 where id = %s", [planted[1].pk])
    assert days.dirty() == [date(2026, 5, 21)]
    with connection.cursor() as cursor:
        cursor.execute(
            "update tickets_ticket set created_at = created_at - interval '5 days'"
            " where id = %s", [planted[8].pk]
        )  # fmt: skip
    # Where it was, where it is now, and where it was solved.
    assert days.dirty() == [date(2026, 5, day) for day in (28, 23, 21)]


@pytest.mark.django_db
def test_a_day_has_23_or_25_hours_where_the_clock_is_changed():
    """Days are the organisation's; each hour of them is counted once."""
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    begins = at("2026-03-27T23:00")
    plant(72, first=begins, over=timedelta(hours=72))
    jobs.run()
    found = numbers.series(on("2026-03-28", "2026-03-30"), "day")
    assert [point.totals.arrived for point in found] == [24, 23, 24]
    plant(96, first=at("2026-10-23T22:00"), over=timedelta(hours=96))
    jobs.run()
    found = numbers.series(on("2026-10-24", "2026-10-26"), "day")
    assert [point.totals.arrived for point in found] == [24, 25, 24]
    scope = Scope.asked({"from": "2026-10-25", "to": "2026-10-25"}, make.administrator())
    assert scope.until - scope.since == timedelta(hours=24)  # on the wall
    assert scope.until.astimezone(UTC) - scope.since.astimezone(UTC) == timedelta(hours=25)


@pytest.mark.django_db
def test_another_time_zone_counts_every_day_anew():
    plant(2, first=at("2026-05-20T22:30"), over=timedelta(days=2))
    jobs.run()
    assert numbers.totals(on("2026-05-20")).arrived == 1
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    assert date(2026, 5, 20) in days.dirty()
    jobs.run()
    assert numbers.totals(on("2026-05-20")).arrived == 0
    assert numbers.totals(on("2026-05-21")).arrived == 1
    assert days.dirty() == []


@pytest.mark.django_db
def test_another_definition_counts_all_history_by_it():
    plant(9, first=at("2026-05-20T06:00"), over=timedelta(hours=9))
    jobs.run()
    assert numbers.totals(on("2026-05-20")).first_contact == 6
    root = make.administrator()
    other = definitions.define(
        "first_contact", by=root, values={"replies": 0}, note="Calls need no reply"
    )
    assert numbers.totals(on("2026-05-20")).first_contact == 6
    definitions.activate(other, by=root)
    assert numbers.freshness().waiting > 0
    tasks.roll_up()
    jobs.run()
    assert numbers.totals(on("2026-05-20")).first_contact == 3
    assert definitions.versions()["first_contact"] == 2
    assert numbers.freshness().waiting == 0


@pytest.mark.django_db
def test_a_month_is_the_sum_of_its_days_and_is_read_from_them_while_it_is_not():
    agent = make.contributor()
    planted = plant(90, first=at("2026-03-30T06:00"), over=timedelta(days=64), solved_by=agent)
    jobs.run()
    scope = ("2026-03-31", "2026-06-01")
    by_month = numbers.totals(on(*scope)), numbers.times(on(*scope), "worked")
    assert numbers._months(on(*scope)) == [date(2026, 4, 1), date(2026, 5, 1)]
    RollupDay.objects.filter(span="m").update(stale=True)
    assert by_month == (numbers.totals(on(*scope)), numbers.times(on(*scope), "worked"))
    jobs.run()
    late = planted[40]
    Ticket.objects.filter(pk=late.pk).update(csat=5)
    days.count(late.solved_at.date())
    assert numbers.totals(on(*scope)).csat_n == by_month[0].csat_n + 1
    for month in days.stale_months():
        assert days.add_up(month)
    assert numbers.totals(on(*scope)).csat_n == by_month[0].csat_n + 1
    assert sum(t.solved for t in numbers.agents(on(*scope)).values()) == by_month[0].solved


@pytest.mark.django_db
@pytest.mark.parametrize("most", [10_000, 20])
def test_days_that_are_counted_together_are_what_each_is_alone(most, monkeypatch):
    monkeypatch.setattr(days, "TICKETS_AT_ONCE", most)
    now = timezone.now()
    people = [make.contributor() for _n in range(2)]
    for n, channel in enumerate(("mail", "web")):
        plant(
            40, first=now - timedelta(days=45), over=timedelta(days=44),
            solved_by=people[n], channel=channel, domain=make.domain(f"branch-{n}"),
        )  # fmt: skip
    for person in people:
        make.solved_ticket(by=person, article=make.public_article())
    jobs.run()
    together = everything()
    assert sum(row[-1] for row in together["loops_agents"]) > 0
    for day in RollupDay.objects.filter(span="d").values_list("day", flat=True):
        days.count(day)
    assert everything() == together


@pytest.mark.django_db
def test_a_recount_finds_what_is_wrong_mends_it_and_tells_the_administrators():
    root = make.administrator()
    plant(5, first=at("2026-05-20T06:00"), over=timedelta(hours=6))
    jobs.run()
    assert jobs.recount(day=date(2026, 5, 20)) == 0
    Flow.objects.filter(day=date(2026, 5, 20), grain="t").update(solved=77)
    assert jobs.recount(day=date(2026, 5, 20)) == 1
    found = Recount.objects.get()
    assert found.day == date(2026, 5, 20)
    assert set(found.rows) == {"loops_flow"}
    assert numbers.totals(on("2026-05-20")).solved == 5
    assert Notification.objects.filter(user=root, kind="recount").count() == 1
    assert jobs.recount(day=date(2026, 5, 20)) == 0


@pytest.mark.django_db
def test_a_recount_draws_from_all_days_but_today():
    plant(5, first=timezone.now() - timedelta(days=5), over=timedelta(days=5))
    jobs.run()
    drawn = []
    assert jobs.recount(tick=drawn.append) == 0
    assert sum(drawn) == 1


@pytest.mark.django_db
def test_evolve_runs_a_job_here_and_now(capsys):
    plant(5, first=at("2026-05-20T06:00"), over=timedelta(hours=6))
    call_command("evolve", job="rollups", day="2026-05-20")
    assert numbers.totals(on("2026-05-20")).solved == 5
    assert "rollups:" in capsys.readouterr().out
    call_command("evolve", "--all", "--job", "rollups")
    assert days.dirty() == []
    with pytest.raises(CommandError, match="2026-05-31"):
        call_command("evolve", day="tomorrow")
    with pytest.raises(CommandError, match="--all"):
        call_command("evolve", "--all", "--job", "recount")
