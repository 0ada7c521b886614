"""Jobs of knowledge."""

from celery import shared_task

from articles.search import index


@shared_task
def refresh_search() -> None:
    """Refresh the statistics that ranking weighs words by."""
    index.refresh_stats()
