"""Jobs about people."""

from celery import shared_task

from people import letters, notices, upkeep


@shared_task
def tell_people() -> int:
    """Write the letters of the notifications that somebody wants by mail; how many were due."""
    told = 0
    while notices.tell_next():
        told += 1
    return told


@shared_task
def send_letters() -> int:
    """Mail what waits in the outbox; how many letters were looked at."""
    seen = 0
    while letters.send_next():
        seen += 1
    return seen


@shared_task
def tidy() -> dict[str, int]:
    """Remove what has had its time: remembered answers, dead sessions, counted failures."""
    return upkeep.tidy()
