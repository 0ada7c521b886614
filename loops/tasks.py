"""Jobs of the loops."""

from datetime import date

from celery import shared_task

from loops.coaching import sampling
from loops.credit import actions as crediting
from loops.duplicates import actions as duplicates
from loops.evolve.expertise import jobs as expertise
from loops.evolve.jobs import JOBS
from loops.evolve.promises import jobs as promises
from loops.evolve.publication import actions as publication
from loops.evolve.rollups import days
from loops.evolve.rollups import jobs as rollups
from loops.solve import actions
from loops.upkeep import computing


@shared_task
def close_solved() -> int:
    """Close tickets that were solved long enough ago."""
    return actions.close_due()


@shared_task
def find_pairs() -> int:
    """Compare what changed since the last time with everything else."""
    return duplicates.find_pairs()


@shared_task
def draw_samples() -> int:
    """Draw the week's review samples for everybody who has a coach."""
    return sampling.draw_due()


@shared_task
def compute_upkeep() -> int:
    """What its use says of every article."""
    return computing.compute_all()


@shared_task
def refresh_upkeep() -> int:
    """The same for articles that something happened to since."""
    return computing.compute_touched()


@shared_task
def tell_credit() -> int:
    """Tell people what others did with their knowledge in the last seven days."""
    return crediting.tell_credit()


@shared_task
def publish_by_rules() -> int:
    """Publish what the active publication rules name, and note what went by other doors."""
    published = publication.run_rules()
    publication.follow()
    return published


@shared_task
def roll_up() -> int:
    """Hand out the newest days that something happened to, one task a day.

    A task that waited until the next hand-out is dropped: that one sends it again. So however
    long the workers were away, no day waits twice.
    """
    due = rollups.due()
    for day in due:
        roll_up_day.delay_on_commit(day.isoformat())  # type: ignore[attr-defined]
    return len(due)


@shared_task(expires=rollups.EVERY)
def roll_up_day(day: str) -> bool:
    """Count one day anew, if anything happened to it."""
    return days.count_if_dirty(date.fromisoformat(day))


@shared_task
def add_up_months() -> int:
    """Add up the months whose days were counted anew."""
    return sum(days.add_up(month) for month in days.stale_months())


@shared_task
def recount_days() -> int:
    """Count a random sample of days again, and tell of any that differs."""
    return rollups.recount()


@shared_task
def find_topics() -> int:
    """Say what every ticket is about, what is known of it, and what is missing."""
    from loops.evolve.topics import night  # scikit-learn: for the worker that does it alone

    return night.run(seconds=360)


@shared_task
def find_bursts() -> int:
    """Look for topics that are asked far more often than usual."""
    return int(JOBS["bursts"].run())


@shared_task
def replay_misses() -> int:
    """Search again for answers that were there, and propose the words that find them."""
    return int(JOBS["misses"].run())


@shared_task
def compute_promises() -> int:
    """Compare inside topic and agent, draw curves, look for contradictions."""
    return promises.run()


@shared_task
def run_improvements() -> int:
    """Propose improvements, see which were made, and measure what came of them."""
    return int(JOBS["improvements"].run())


@shared_task
def count_expertise() -> int:
    """Who solves what, and what each team is asked."""
    return expertise.run()


@shared_task
def find_patterns() -> int:
    """Look for what articles, and the tickets of one, have in common."""
    return int(JOBS["patterns"].run())


@shared_task
def write_digests() -> int:
    """The week in figures, to everybody whom figures are for."""
    return int(JOBS["digest"].run())
