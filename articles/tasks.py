"""Jobs of knowledge."""

from celery import shared_task

from articles import actions, links
from articles.actions.files import sweep
from articles.models import Article, Template
from articles.search import index


@shared_task
def refresh_search() -> None:
    """Refresh the statistics that ranking weighs words by."""
    index.refresh_stats()


@shared_task
def settle_templates() -> int:
    """Write anew the articles whose template changed, where they were too many at once."""
    return actions.settle()


def follow(template: Template) -> None:
    """Start that job once this is committed, if the template has articles that wait for it."""
    if Article.objects.filter(template=template, outside__settling=True).exists():
        settle_templates.delay_on_commit()  # type: ignore[attr-defined]


@shared_task
def check_links() -> int:
    """Look for broken links and flag them where they stand; how many were flagged."""
    return links.check()


@shared_task
def sweep_files() -> int:
    """Forget the files that nobody's text named in time."""
    return sweep()


@shared_task
def run_due_schedules() -> int:
    """Publish and archive what was to be published or archived by now; how many were due."""
    done = 0
    while actions.run_next_schedule():
        done += 1
    return done


@shared_task
def tell_due_reviews() -> int:
    """Remind the named editors of articles whose review is due."""
    return actions.tell_due_reviews()
