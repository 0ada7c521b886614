"""The clock: every recurring job, soonest first, each with the reason it exists."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcs.settings")

app = Celery("kcs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Mails wait in the notification rows until this sends them; a quarter minute is soon enough.
    "tell-people": {"task": "people.tasks.tell_people", "schedule": 15.0},
    # Invitations and new passwords: somebody looks at the screen and waits for them.
    "send-letters": {"task": "people.tasks.send_letters", "schedule": 10.0},
    # A pending ticket wakes up on its date; people expect it within the minute.
    "wake-tickets": {"task": "tickets.tasks.wake", "schedule": 60.0},
    # Term statistics drift as articles come and go; ranking needs them only roughly right.
    "refresh-search": {
        "task": "articles.tasks.refresh_search",
        "schedule": crontab(minute="*/10"),
    },
    # Starts with a changed template at once; this is for a worker that was killed meanwhile.
    "settle-templates": {"task": "articles.tasks.settle_templates", "schedule": 300.0},
    # Articles are published and archived at a date; people expect it within the minute.
    "run-schedules": {"task": "articles.tasks.run_due_schedules", "schedule": 60.0},
    # A review is due on a day, and days begin at another hour in each time zone.
    "tell-due-reviews": {
        "task": "articles.tasks.tell_due_reviews",
        "schedule": crontab(minute=35),
    },
    # What is kept for a day at most is gone within the next hour.
    "tidy": {"task": "people.tasks.tidy", "schedule": crontab(minute=40)},
    # A picture that was pasted and thought better of is forgotten after two days.
    "sweep-files": {"task": "articles.tasks.sweep_files", "schedule": crontab(minute=50)},
    # Solved tickets close some days later; nobody waits for the hour.
    "close-solved": {"task": "loops.tasks.close_solved", "schedule": crontab(minute=20)},
    # Time and releases move the evidence of articles that nobody touches, a little each day.
    "compute-upkeep": {
        "task": "loops.tasks.compute_upkeep",
        "schedule": crontab(hour=3, minute=20),
    },
    # A flag or a reopened ticket shows on the review list while somebody still remembers it.
    "refresh-upkeep": {
        "task": "loops.tasks.refresh_upkeep",
        "schedule": crontab(minute="2-59/5"),
    },
    # Figures of today are five minutes old at most; fifty days at a time that something late
    # happened to leave the workers to others.
    "roll-up": {"task": "loops.tasks.roll_up", "schedule": crontab(minute="*/5")},
    # Until a month is added up again it is read from its days, which costs the reader little.
    "add-up-months": {"task": "loops.tasks.add_up_months", "schedule": crontab(minute=13)},
    # Sundays, when nothing else changes: a sample of the days must be what the rows say.
    "recount-days": {
        "task": "loops.tasks.recount_days",
        "schedule": crontab(day_of_week="sunday", hour=6, minute=20),
    },
    # A rule that an administrator switched on is seen to work; nobody waits for less than this.
    "publish-by-rules": {
        "task": "loops.tasks.publish_by_rules",
        "schedule": crontab(minute="4-59/5"),
    },
    # Duplicates are looked for when nobody waits for the database, and are there in the morning.
    "find-pairs": {
        "task": "loops.tasks.find_pairs",
        "schedule": crontab(hour=2, minute=10),
    },
    # At night: it reads the texts of all tickets that nobody linked, and takes both processors.
    # Before everything that asks what a ticket is about. Four starts: each stops in time, and
    # the next one goes on where it stopped.
    "find-topics": {
        "task": "loops.tasks.find_topics",
        "schedule": crontab(hour="2,3", minute="0,15"),
    },
    # By now the topics stand; whoever is told begins the day with it.
    "find-bursts": {
        "task": "loops.tasks.find_bursts",
        "schedule": crontab(hour=3, minute=30),
    },
    # Some hundred searches are made again, when nobody waits for one of their own.
    "replay-misses": {
        "task": "loops.tasks.replay_misses",
        "schedule": crontab(hour=3, minute=50),
    },
    # After the topics: comparisons and curves over all of a desk's tickets, for the day's pages.
    "compute-promises": {
        "task": "loops.tasks.compute_promises",
        "schedule": crontab(hour=4, minute=40),
    },
    # After gaps, contradictions and candidates of publication were found: it is made of them.
    "run-improvements": {
        "task": "loops.tasks.run_improvements",
        "schedule": crontab(hour=5, minute=10),
    },
    # Reading all articles against each other costs minutes on a large base, and nobody reads the
    # report before the morning.
    "find-patterns": {
        "task": "loops.tasks.find_patterns",
        "schedule": crontab(hour=3, minute=40),
    },
    # Who left by another way than the page, say by an import, leaves nothing to nobody overnight.
    "hand-over-leavers": {
        "task": "people.tasks.hand_over_leavers",
        "schedule": crontab(hour=2, minute=10),
    },
    # Broken links: weekly, when few work. A start takes some minutes at most, and asks a host
    # once a second; several starts in that night go on where the one before stopped.
    "check-links": {
        "task": "articles.tasks.check_links",
        "schedule": crontab(day_of_week="sunday", hour="1-5", minute="5,25,45"),
    },
    # Coaches begin the week with what chance chose; three reviews of each kind are an hour.
    "draw-samples": {
        "task": "loops.tasks.draw_samples",
        "schedule": crontab(day_of_week="mon", hour=4, minute=15),
    },
    # Mondays, before anybody starts: the week in figures. Several starts, for those whom a start
    # that was killed left out; nobody is told twice.
    "write-digests": {
        "task": "loops.tasks.write_digests",
        "schedule": crontab(day_of_week="mon", hour="5-7", minute=10),
    },
    # Fridays: what one's knowledge did is read at the end of the week that it is about.
    "tell-credit": {
        "task": "loops.tasks.tell_credit",
        "schedule": crontab(day_of_week="fri", hour=11, minute=45),
    },
    # After the topics of the night: who solves them, and which team is asked.
    "count-expertise": {
        "task": "loops.tasks.count_expertise",
        "schedule": crontab(hour=4, minute=40),
    },
}
