"""Files of articles, for programs."""

import pytest

from articles.models import Attachment
from tests import make
from tests.articles.test_attach import upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def bring(program, article):
    return program.client.post(
        f"/api/v1/articles/{article.number}/files/upload/",
        {"file": upload()},
        headers=program.headers,
    )


def test_a_program_brings_shows_and_removes_a_file(api):
    article, program = make.article(), api(make.contributor())
    made = bring(program, article)
    assert made.status_code == 201, made.text
    assert made.json()["markdown"].startswith("![screen shot.png](/files/")
    listed = program.get(f"articles/{article.number}/files/").json()["results"]
    assert [one["key"] for one in listed] == [made.json()["key"]]
    gone = program.delete(f"articles/{article.number}/files/{made.json()['key']}/")
    assert gone.status_code == 204
    assert not Attachment.objects.exists()


def test_a_program_of_an_outsider_brings_nothing(api):
    assert bring(api(make.customer()), make.public_article()).status_code == 403


def test_a_program_is_told_what_is_missing(api):
    article, program = make.article(), api(make.contributor())
    response = program.client.post(
        f"/api/v1/articles/{article.number}/files/upload/", {"x": "y"}, headers=program.headers
    )
    assert (response.status_code, response.json()["code"]) == (422, "bad_value")
