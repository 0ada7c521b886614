"""The administration in a real browser: nothing for axe to find, nothing that its policy
forbids, by day, by night and in Hebrew."""

import pytest
from django.urls import reverse

from articles import actions
from people.models import Right
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTEN = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => window.broken.push(
  event.violatedDirective + ' ' + event.blockedURI));
"""


@pytest.mark.parametrize(
    ("theme", "language"),
    [("light", "en"), pytest.param("dark", "he", marks=pytest.mark.looks)],
)
def test_axe_finds_nothing_and_the_policy_holds(live, page, axe, theme, language):
    admin = make.administrator()
    law = make.article(by=admin, confidence="validated", governance="compliance")
    actions.set_calendar(law, by=admin, every=90)
    noa = make.candidate(is_coach=True)
    page.add_init_script(LISTEN)
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    live.log_in(page, admin)

    def check(where):
        for details in page.locator("main details").all():
            details.evaluate("one => { one.open = true }")
        # Before axe, which writes styles of its own.
        assert page.evaluate("window.broken") == [], where
        axe(page)

    for path in (
        reverse("admin:index"),
        reverse("admin:people_right_changelist"),
        reverse("admin:people_sitesettings_change", args=[1]),
        reverse("admin:people_user_change", args=[noa.pk]),
        reverse("admin:people_release_add"),
        reverse("admin:people_refusal_changelist"),
        reverse("admin:articles_article_changelist"),
        reverse("admin:articles_article_change", args=[law.pk]),
        reverse("people:person", args=[noa.pk]),
        law.get_absolute_url(),
    ):
        page.goto(live.url(path))
        check(path)
    page.goto(live.url(reverse("admin:articles_article_changelist")))
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("change_many")
    page.locator("#changelist-form .actions button, .actions [type=submit]").first.click()
    page.locator("#id_add_tags").wait_for()
    check("change many")


def test_a_box_of_the_matrix_is_ticked_and_holds(live, page):
    live.log_in(page, make.administrator())
    page.goto(live.url(reverse("admin:people_right_changelist")))
    page.get_by_label("Visitor: see articles, Customer").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("1 granted, 0 taken away").wait_for()
    assert Right.objects.filter(competency="visitor", value="customer").exists()
