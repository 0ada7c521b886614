"""Broken links: found every week, flagged once, where they stand; nothing inside is asked."""

import http.server
import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from articles import actions, tasks
from articles.links import asking, checking
from articles.models import Address, Flag
from people.models import SiteSettings
from tests import make

pytestmark = pytest.mark.django_db


class Pages(http.server.BaseHTTPRequestHandler):
    """/404 and /410 are gone, /503 is down, /moved leads to a page, /head knows GET alone."""

    def do_HEAD(self) -> None:
        self.server.asked.append((self.command, self.path))
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        if self.path.startswith("/moved"):
            status = 302
        if self.path == "/head" and self.command == "HEAD":
            status = 405
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.path.partition("?to=")[2] or "/404")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_args) -> None:
        """The test reads `asked`."""


@pytest.fixture
def site():
    """A web server on this machine; `asked` is what it was asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.asked = []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def private(db):
    """An organisation that has its own pages asked, too."""
    settings = SiteSettings.load()
    settings.check_private_links = True
    settings.save(update_fields=["check_private_links"])


def check() -> int:
    return checking.check(wait=lambda _seconds: None)


def a_week_later():
    return time_machine.travel(timezone.now() + timedelta(days=7), tick=False)


def test_a_page_that_is_gone_is_flagged_with_the_very_line(site, private):
    # acceptance: SC2.7, ch/06: the job's flags stand in the same queue
    owner = make.publisher()
    article = make.article(
        by=owner,
        resolution=f"1. Open the till.\n2. Get [the driver]({site.url}/404/driver) first.\n3. Go.",
    )
    assert check() == 1
    flag = article.flags.get()
    assert flag.passage == f"2. Get [the driver]({site.url}/404/driver) first."
    assert flag.note.splitlines() == ["The server answers 404.", f"{site.url}/404/driver"]
    assert (flag.kind, flag.by, flag.owner, flag.state) == ("broken_link", None, owner, "open")
    article.refresh_from_db()
    assert article.open_flags == 1


def test_what_answers_somehow_is_not_flagged(site, private):
    make.article(
        resolution=f"{site.url}/ok {site.url}/503 {site.url}/401 {site.url}/head "
        f"{site.url}/moved?to=/ok `{site.url}/404/in-code`"
    )
    assert check() == 0
    assert ("GET", "/head") in site.asked, "a server that knows no HEAD is asked again"
    assert not any("in-code" in path for _verb, path in site.asked)


def test_where_a_redirect_ends_is_what_counts(site, private):
    article = make.article(resolution=f"See {site.url}/moved?to=/410")
    assert check() == 1
    assert "410" in article.flags.get().note


def test_it_is_flagged_once_while_it_waits_and_never_again_when_rejected(site, private):
    article = make.article(resolution=f"See {site.url}/404")
    assert (check(), check()) == (1, 0)
    actions.reject(
        article.flags.get(), by=make.publisher(), answer="It is meant as an example."
    )
    with a_week_later():
        assert check() == 0
    other = make.article(title="Another one", resolution=f"See {site.url}/404")
    assert check() == 1, "an article more is a flag more"
    actions.resolve(other.flags.get(), by=make.publisher(), answer="Replaced.")
    assert check() == 1, "it was not mended after all"


def test_a_name_that_nobody_has_is_believed_the_second_time(private):
    article = make.article(resolution="Get it from https://nobody.invalid/driver")
    assert check() == 0
    assert check() == 0, "not asked again in the same week"
    with a_week_later():
        assert check() == 1
    assert "no server of this name" in article.flags.get().note


def test_links_to_articles_and_files_of_our_own_are_looked_up(settings):
    gone, merged, there = (make.article(title=name) for name in ("Gone", "Merged", "There"))
    for one in (gone, merged):
        actions.restate(one, by=make.publisher(), confidence="archived", reason="Old")
    merged.refresh_from_db()
    merged.merged_into = there
    merged.save(update_fields=["merged_into"])
    article = make.article(
        resolution=f"[a]({there.number})\n\n[b]({merged.number})\n\n[c]({gone.number})\n\n"
        f"[d](KB-99999)\n\n![e](/files/no-such-key/photo.png)\n\n"
        f"[f]({settings.SITE_URL}/articles/{gone.number.lower()}/#cause)"
    )
    assert check() == 4
    assert set(article.flags.values_list("passage", flat=True)) == {
        f"[c]({gone.number})",
        "[d](KB-99999)",
        "![e](/files/no-such-key/photo.png)",
        f"[f]({settings.SITE_URL}/articles/{gone.number.lower()}/#cause)",
    }


def test_translations_are_read_and_archived_articles_are_not(site, private):
    article = make.article(resolution="No links.")
    actions.translate(
        article,
        by=make.publisher(),
        language="ru",
        changes={"title": "Печать", "resolution": f"Смотрите {site.url}/404 здесь"},
    )
    archived = make.article(title="Old", resolution=f"{site.url}/404")
    actions.restate(archived, by=make.publisher(), confidence="archived", reason="Old")
    assert check() == 1
    assert article.flags.get().passage == f"Смотрите {site.url}/404 здесь"


def test_a_run_that_stopped_goes_on_where_it_was(site, private, monkeypatch):
    make.article(resolution=f"{site.url}/ok1 {site.url}/ok2 {site.url}/ok3")
    monkeypatch.setattr(checking, "CAP", 2)
    check()
    assert len(site.asked) == 2
    check()
    assert sorted(path for _verb, path in site.asked) == ["/ok1", "/ok2", "/ok3"]
    check()
    assert len(site.asked) == 3, "nobody is asked twice a week"


def test_one_host_is_not_asked_more_often_than_once_a_second(site, private):
    make.article(resolution=f"{site.url}/ok1 {site.url}/ok2 {site.url}/ok3")
    waits: list[float] = []
    checking.check(wait=waits.append)
    assert len(waits) == 2
    assert sum(waits) > 2


def test_an_organisation_that_wants_no_checks_has_none(site, private):
    SiteSettings.objects.update(check_links=False)
    make.article(resolution=f"{site.url}/404")
    assert tasks.check_links() == 0
    assert not site.asked


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::", "ff02::1"),
    ],
)
def test_addresses_inside_are_known_whatever_they_are_wrapped_in(ip):
    assert not asking.is_public(ip)
    assert asking.is_public("93.184.216.34")
    assert asking.is_public("2606:2800:220:1::1")


def test_nothing_inside_this_network_is_asked(site):
    port = site.server_port
    article = make.article(
        resolution=f"{site.url}/404 http://localhost:{port}/404 http://[::1]:{port}/404"
        f" http://2130706433:{port}/404 http://0x7f.1:{port}/404 http://127.1:{port}/404"
    )
    assert check() == 0
    assert not site.asked
    assert not article.flags.exists()
    assert set(Address.objects.values_list("found", flat=True)) <= {"refused", "unresolved"}


def test_a_redirect_leads_nowhere_inside(site, monkeypatch):
    """A public name that leads to a server which sends us to ourselves."""
    really, connect = socket.getaddrinfo, socket.create_connection

    def names(host, port, *args, **kwargs):
        known = host == "public.example"
        return really("93.184.216.34" if known else host, port, *args, **kwargs)

    def wires(place, *args, **kwargs):
        there = ("127.0.0.1", site.server_port) if place[0] == "93.184.216.34" else place
        return connect(there, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", names)
    monkeypatch.setattr(socket, "create_connection", wires)
    asker = asking.Asker(wait=lambda _seconds: None)
    assert asker.ask("http://public.example/ok").found == "there"
    for inside in (f"{site.url}/secret", "file:///etc/passwd", "http://[::ffff:7f00:1]/secret"):
        assert asker.ask(f"http://public.example/moved?to={inside}").found == "refused"
    assert not any("secret" in path for _verb, path in site.asked[1:] if "moved" not in path)


def test_the_flag_waits_in_the_queue_with_its_passage(client, site, private):
    article = make.article(resolution=f"Get it from {site.url}/404 now")
    check()
    client.force_login(make.contributor())
    page = client.get("/flags/?channel=job").text
    assert f"Get it from {site.url}/404 now" in page
    assert "Link check" in page
    assert Flag.objects.get().article == article
