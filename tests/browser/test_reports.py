"""The reports in a real browser: SC:8, from the list to the files."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import actions as article_actions
from loops.models import Pattern
from loops.reports.catalog import REPORTS
from loops.solve import actions
from people import actions as people
from people.models import SiteSettings
from tests import make
from tests.loops.reports.sessions import searched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth > innerWidth"
# What stands in each report's first row.
PLANTED = {
    "contributions": ("Dana", "Desk"), "citations": ("Dana", "Desk", "1"),
    "link-rate": ("Dana", "Desk"), "states": ("Work in progress",),
    "checklist": (), "process-review": (), "links": (), "article-history": ("KB-",),
    "references": ("KB-", "Printer prints", "", "1"), "reuse-distribution": ("KB-",),
    "radar": ("Content standard score", "100%"), "self-service": ("drawer shut", "1"),
    "feedback": (), "search-quality": ("Outside", "1"), "abandoned-searches": (),
    "patterns": ("Same symptom, different causes", "Two drawers"),
}  # fmt: skip


@pytest.fixture
def world(live):
    """One of everything that a report tells of, in the team of the manager who reads it."""
    site = SiteSettings.load()
    site.figures_minimum = 0
    site.save()

    class World:
        manager = make.contributor(name="Manager")
        team = make.team("Desk", manager=manager)
        coach = make.coach(name="Coach")
        dana = make.contributor(name="Dana", team=team, coach=coach)
        root = make.administrator(name="Root")

    branch = make.domain("till")
    make.reviewed(World.dana, kind="process")
    own = make.reviewed(World.dana).article
    make.solved_ticket(by=make.contributor(), article=own)
    article = make.public_article(title="Printer prints symbols", domain=branch)
    actions.link(make.ticket(domain=branch), article, by=World.dana, kind="reference")
    article_actions.rate(article, by=None, comment="Which side is up?")
    article_actions.rate(article, by=None, helpful=False)
    searched("drawer shut", article, at=timezone.now() - timedelta(hours=2), visit="a-visit")
    pattern = Pattern.objects.create(
        key="x", kind="symptom", name="Two drawers", evidence={"alike": 0.5, "apart": 0.1}
    )
    pattern.articles.set([own])
    return World


def test_a_manager_reads_every_report_and_an_administrator_takes_all_of_them(
    world, live, page, axe
):
    # acceptance: SC8.k SC8.last pa/01 pa/09 pa/10 pa/11 pa/12 pa/13 pa/24 pa/25 pa/26
    live.log_in(page, world.manager)
    page.goto(live.url("insights:reports"))
    axe(page)
    links = page.locator("main .rows a.title")
    assert links.all_inner_texts() == [str(report.title) for report in REPORTS]
    listed = [link.get_attribute("href") for link in links.all()]
    for report, address in zip(REPORTS, listed, strict=True):
        page.goto(live.url(address))
        form = page.locator("form.report-bar")
        if report.key == "radar":
            form.get_by_label("Person", exact=True).select_option(label="Dana")
        form.get_by_label("Period", exact=True).select_option(index=1)
        with page.expect_navigation(url="**period=**"):
            form.get_by_role("button", name="Show").click()
        table = page.locator("table.report")
        first = table.locator("tbody tr").first.locator("td").all_inner_texts()
        for planted in PLANTED[report.key]:
            assert any(planted in cell for cell in first), (report.key, first)
        assert all(table.locator("a").all_inner_texts()), report.key
        # The same rows as a file.
        address = page.get_by_role("link", name="CSV", exact=True).first.get_attribute("href")
        file = page.request.get(live.url(address)).body().decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(file)))) == 1 + table.locator("tbody tr").count()
        # Each segment can be chosen, and what nobody did is said in words.
        for name in {"domain", "team", "owner", "creator", "role"} & report.known():
            assert form.locator(f"[name={name}]").count() == 1
        if report.key == "radar":
            assert page.locator("main svg[role=img]").count() == 1
            axe(page)
    live.log_in(page, world.root)
    page.goto(live.url("insights:reports"))
    with page.expect_download() as download:
        page.get_by_role("link", name="All of them (zip)").click()
    with zipfile.ZipFile(download.value.path()) as bundle:
        files = set(bundle.namelist())
    wanted = {f"{one.key}.{form}" for one in REPORTS for form in ("csv", "json", "xlsx")}
    assert files == wanted | {"READ-ME.txt"}


@pytest.mark.looks
@pytest.mark.parametrize(
    ("theme", "language", "also"), [("light", "en", "dark"), ("dark", "he", "")]
)
def test_no_report_has_a_barrier(world, live, page, axe, theme, language, also):
    people.prefer(world.manager, theme=theme, language=language)
    live.log_in(page, world.manager)
    for path in (
        "",
        *(f"{report.key}/" for report in REPORTS),
        f"radar/?person={world.dana.pk}",
        f"radar/averages/{world.team.pk}/",
        "visits/a-visit/",
        "states/?period=never",  # refused beside the field
    ):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(live.url(f"/insights/reports/{path}"))
        for details in page.locator("main details:not(.drop)").all():
            details.evaluate("one => { one.open = true }")
        axe(page, also=also)
        page.set_viewport_size({"width": 390, "height": 850})
        assert not page.evaluate(WIDE), path
