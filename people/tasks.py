"""Jobs about people."""

from celery import shared_task

from people import leaving, letters, notices, upkeep


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


@shared_task
def hand_over_leavers() -> int:
    """Hand over what people hold who do not work here any more; how many they were."""
    return leaving.sweep()
