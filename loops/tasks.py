"""Jobs of the loops."""

from celery import shared_task

from loops.solve import actions


@shared_task
def close_solved() -> int:
    """Close tickets that were solved long enough ago."""
    return actions.close_due()
