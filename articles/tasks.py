"""Jobs of knowledge."""

from celery import shared_task

from articles import actions, links
from articles.actions.files import sweep
from articles.search import index


@shared_task
def refresh_search() -> None:
    """Refresh the statistics that ranking weighs words by."""
    index.refresh_stats()


@shared_task
def settle_templates() -> int:
    """Write anew the articles whose template changed, where they were too many at once."""
    return actions.settle()


@shared_task
def check_links() -> int:
    """Look for broken links and flag them where they stand; how many were flagged."""
    return links.check()


@shared_task
def sweep_files() -> int:
    """Forget the files that nobody's text named in time."""
    return sweep()
