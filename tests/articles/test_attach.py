"""Files in articles: looked at by content, as private as the article and the passage."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from articles import actions
from articles.actions.files import UNCLAIMED, sweep
from articles.models import Attachment
from kcs import files
from kcs.errors import BadValue, NotAllowed
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def picture(format_="PNG", size=(40, 30), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, format_, **options)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "screen shot.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)


def brought(by, **options) -> Attachment:
    return actions.attach(upload(**options), by=by)


def address(made: Attachment) -> str:
    return reverse("articles:file", args=[made.key, made.name])


def with_picture(*, inside: bool = False, **fields):
    by = make.publisher()
    made = brought(by)
    line = f"![shot]({address(made)})"
    text = f"Look:\n:::internal\n{line}\n:::\n" if inside else f"Look: {line}"
    return make.public_article(by=by, resolution=text, **fields), made


def test_where_a_photograph_was_taken_is_left_behind():
    exif = Image.Exif()
    exif[0x010F] = "canary-camera"
    exif[0x0112] = 6  # turned by a quarter
    content = picture("JPEG", (40, 30), exif=exif, comment=b"canary-comment")
    made = brought(make.contributor(), content=content, name="photo.jpg")
    kept = made.file.read()
    assert b"canary" not in kept
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 30, 40)


def test_what_hides_behind_a_picture_is_left_behind():
    content = picture() + b"<script>alert(1)</script>"
    assert b"script" not in brought(make.contributor(), content=content).file.read()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.png", "empty"),
        (b"MZ\x00\x00 a program", "photo.png", "none of them"),
        (b"<svg onload='x'/>\x00", "drawing.svg", "none of them"),
        (picture()[:60], "cut.png", "broken"),
        (b"x" * (11 * 1024 * 1024), "long.txt", "10 MB"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_words(content, name, said):
    with pytest.raises(BadValue, match=said):
        brought(make.contributor(), content=content, name=name)
    assert not Attachment.objects.exists()


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked():
    small = io.BytesIO()
    Image.new("1", (11_000, 11_000)).save(small, "PNG")
    assert len(small.getvalue()) < 100_000
    with pytest.raises(BadValue, match="too many pixels"):
        brought(make.contributor(), content=small.getvalue())


def test_a_larger_picture_than_a_page_shows_is_made_smaller():
    made = brought(make.contributor(), content=picture(size=(5000, 100)))
    assert made.width == files.SHOWN_SIDE


def test_a_page_of_html_is_kept_as_text_and_runs_nowhere(client):
    by = make.contributor()
    made = brought(by, content=b"<script>alert(1)</script>", name="page.html")
    assert made.name == "page.txt"
    client.force_login(by)
    response = client.get(address(made))
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_name_on_the_disk_is_ours():
    made = brought(make.contributor(), name="../../etc/passwd\r\nX: y.png")
    assert ".." not in made.file.name
    assert "/" not in made.name
    assert "\n" not in made.name


def test_nobody_else_gets_a_file_that_no_text_names_yet(client):
    by = make.contributor()
    made = brought(by)
    client.force_login(by)
    assert client.get(address(made)).status_code == 200
    client.force_login(make.publisher())
    assert client.get(address(made)).status_code == 404


def test_the_text_that_names_a_file_takes_it_over_and_colleagues_see_it(client):
    by = make.contributor()
    made = brought(by)
    article = make.article(by=by, resolution=f"![shot]({address(made)})")
    made.refresh_from_db()
    assert made.article == article
    assert article.events.filter(verb="attached").count() == 1
    client.force_login(make.candidate())
    assert b"PNG" in b"".join(client.get(address(made)).streaming_content)


def test_nobody_takes_over_a_file_of_somebody_else_by_naming_it():
    made = brought(make.contributor())
    make.article(by=make.contributor(), resolution=f"![x]({address(made)})")
    made.refresh_from_db()
    assert made.article is None


def test_a_file_is_as_private_as_its_article(client):
    article, made = with_picture()
    assert client.get(address(made)).status_code == 200
    actions.restate(article, by=article.created_by, audience="internal")
    assert client.get(address(made)).status_code == 404
    assert client.get(address(made), headers={"If-None-Match": "*"}).status_code == 404


def test_a_picture_inside_an_internal_passage_stays_inside(client):
    _article, made = with_picture(inside=True)
    assert client.get(address(made)).status_code == 404
    client.force_login(make.customer())
    assert client.get(address(made)).status_code == 404
    client.force_login(make.candidate())
    assert client.get(address(made)).status_code == 200


def test_a_browser_that_has_it_is_told_so_and_no_cache_keeps_it(client):
    _article, made = with_picture()
    response = client.get(address(made))
    assert response["Cache-Control"] == "private, no-cache"
    again = client.get(address(made), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_the_editor_uploads_and_gets_the_line_to_write(client):
    client.force_login(make.candidate())
    response = client.post(reverse("articles:upload"), {"file": upload()})
    assert response.status_code == 201
    made = Attachment.objects.get()
    assert response.json()["markdown"] == f"![screen shot.png]({address(made)})"
    assert client.post(reverse("articles:upload")).status_code == 422
    client.force_login(make.customer())
    assert client.post(reverse("articles:upload"), {"file": upload()}).status_code == 403


def test_files_are_brought_and_removed_on_the_articles_own_page_without_a_script(client):
    article = make.article()
    client.force_login(make.contributor())
    page = reverse("articles:files", args=[article.number])
    client.post(page, {"file": [upload(), upload(b"a log", "till.log")]})
    assert article.attachments.count() == 2
    assert "till.log" in client.get(page).text
    made = article.attachments.get(name="till.log")
    client.post(reverse("articles:detach", args=[article.number, made.key]))
    assert not article.attachments.filter(pk=made.pk).exists()
    assert article.events.filter(verb="detached").count() == 1


def test_a_removed_file_is_gone_from_the_disk(django_capture_on_commit_callbacks):
    by = make.contributor()
    made = brought(by)
    with django_capture_on_commit_callbacks(execute=True):
        actions.detach(made, by=by)
    assert not default_storage.exists(made.file.name)


def test_a_candidate_removes_no_file_of_others(client):
    article, made = with_picture()
    made.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.detach(made, by=make.candidate())
    client.force_login(make.candidate())
    gone = client.post(reverse("articles:detach", args=[article.number, made.key]))
    assert gone.status_code == 403


def test_what_no_text_named_in_two_days_is_forgotten():
    old, fresh = brought(make.contributor()), brought(make.contributor())
    Attachment.objects.filter(pk=old.pk).update(at=old.at - UNCLAIMED * 2)
    assert sweep() == 1
    assert list(Attachment.objects.all()) == [fresh]


def test_a_picture_of_another_site_or_an_address_that_is_no_file_is_not_fetched():
    text = "![x](https://evil.example/x.png) ![y](/accounts/logout/)"
    assert "src=" not in make.article(resolution=text).rendered["inside"]["resolution"]
