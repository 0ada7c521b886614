"""Jobs of the desk."""

from celery import shared_task

from tickets import actions


@shared_task
def wake() -> int:
    """Wake pending tickets whose date has come."""
    return actions.wake_due()
