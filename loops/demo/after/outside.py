"""What customers wrote in the help centre: a draft and a better text, both waiting for review."""

from __future__ import annotations

from datetime import datetime

from articles.actions import submit_draft, submit_edit
from articles.models import Article
from people.models import SiteSettings, User

DRAFT = {
    "title": "Show prices without tax on the customer display",
    "issue": "Our guests are companies. They ask why the display shows other prices than the bill.",
    "environment": "Tilia Till 6.3, customer display",
    "resolution": "1. Open **Menu › Settings › Display**.\n2. Choose **Net prices**.\n"
    "3. Restart the till: before that the display keeps the old prices.",
}


def add(now: datetime) -> None:
    site = SiteSettings.load()
    site.outside_authors = True
    site.save(update_fields=["outside_authors"])
    author = User.objects.filter(email="customer@demo.test").first()
    if author is None:
        return
    submit_draft(by=author, **DRAFT)
    readable = Article.objects.readable_by(author.reads_as).filter(
        language="en", governance="experience"
    )
    article = readable.filter(outside__has_key="resolution").first() or readable.first()
    if article is not None:
        said = article.said_outside()["resolution"].rstrip()
        submit_edit(
            article,
            by=author,
            base=article.version_number,
            changes={
                "resolution": f"{said}\n\nOn a tablet the button is below the three dots."
            },
            note="The button is somewhere else on a tablet.",
        )
