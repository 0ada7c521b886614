"""The theme is one attribute. So the browser tests may turn it on a page that is there already,
as the page's own button does, and need not load every page twice."""

import re

import pytest
from django.db import transaction

from tests import make

pytestmark = pytest.mark.django_db

CHANGING = re.compile(
    r' data-theme="(light|dark)"'
    r'|nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^,}]*'
    # each look at a ticket is a search of its own
    r'|search="\d+"|name="search" value="\d+"|search=\d+'
    # the button names the theme that it would turn to
    r'|name="theme" value="(light|dark)"'
)


def pages(article, ticket) -> list[str]:
    below = [
        article.get_absolute_url() + rest for rest in ("", "edit/", "history/", "versions/")
    ]
    return [*below, "/", "/?assignee=nobody", "/search/", "/flags/", "/articles/new/",
            "/canned/", "/inbox/", ticket.get_absolute_url()]  # fmt: skip


def test_a_page_in_the_dark_is_the_same_page(client):
    agent = make.publisher()
    article, ticket = make.article(by=agent), make.ticket()
    client.force_login(agent)
    for path in pages(article, ticket):
        told = {}
        for theme in ("light", "dark"):
            client.cookies["theme"] = theme
            with transaction.atomic():
                text = client.get(path).text
                transaction.set_rollback(True)  # a look is counted, and the count is shown
            assert f'data-theme="{theme}"' in text, path
            told[theme] = CHANGING.sub("", text)
        assert told["light"] == told["dark"], path
