"""One command runs the whole site, and nothing that happens to a process loses anything.

These tests start the real thing in a folder of their own: PostgreSQL, Valkey, web, worker, beat.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg2
import pytest

from kcs import supervisor

ROOT = Path(__file__).parent.parent.parent


class Site:
    """A site that this test started, as a person at a terminal sees it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.process: subprocess.Popen[str] | None = None

    def command(self, verb: str, **environment: str) -> subprocess.Popen[str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_DIR", "DEBUG")
        clean = {name: value for name, value in os.environ.items() if name not in ours}
        clean["DJANGO_SETTINGS_MODULE"] = "kcs.settings"
        return subprocess.Popen(
            [sys.executable, "-m", "kcs.supervisor", verb],
            cwd=ROOT,
            env={**clean, "KCS_VAR": str(self.var), "WEB_WORKERS": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def start(self, **environment: str) -> str:
        """Start it and wait for the address; what it said until then."""
        self.process = self.command("start", **environment)
        said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            said += line
            if "Ctrl-C stops it" in line:
                return said
        pytest.fail(f"It did not start:\n{said}")

    def say(self, verb: str, **environment: str) -> tuple[int, str]:
        """Run a command to its end."""
        process = self.command(verb, **environment)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    @property
    def known(self) -> dict:
        return json.loads((self.var / "run/site.json").read_text())

    def answers(self) -> bool:
        try:
            return urlopen(f"{self.known['url']}readyz", timeout=10).status == 200
        except (OSError, ValueError, KeyError):
            return False

    def sql(self, query: str):
        with (
            psycopg2.connect(self.known["database_url"]) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query)
            return cursor.fetchone()[0] if cursor.description else None

    def pids(self) -> dict[str, int]:
        return {name: pid for name, (pid, _born) in self.known["parts"].items()}

    def postmaster(self) -> int | None:
        try:
            return int((self.var / "postgres/data/postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return None

    def end(self) -> str:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, said
        return said


def until(happened: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def processes_of(var: Path) -> list[str]:
    """The command lines of everything that still runs for this folder."""
    marker = f"KCS_VAR={var}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            if str(var).encode() in command or marker in (entry / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One site for these tests: its first start makes a database and takes some seconds."""
    var = Path("/tmp") / f"kcs-house-site-{os.getpid()}"
    var.mkdir()
    made = Site(var)
    try:
        made.start()
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.process.terminate()
            made.process.wait(60)
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture
def running(site: Site) -> Site:
    """The site, serving: a test before this one may have ended it."""
    if site.process is None or site.process.poll() is not None:
        site.start()
    return site


def test_the_first_start_says_where_it_is_and_how_to_become_its_administrator(running):
    said = running.end() and running.start()
    assert running.known["url"] in said
    assert f"{running.known['url']}setup/" in said
    assert running.answers()


def test_it_listens_on_this_machine_only(running):
    port = int(running.known["url"].rstrip("/").rpartition(":")[2])
    for address in supervisor.own_addresses():
        if address.startswith("127.") or not address[0].isdigit():
            continue
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), 2)


def test_a_second_start_says_that_it_is_running_and_where(running):
    code, said = running.say("start")
    assert code == 0
    assert f"It is running: {running.known['url']}" in said
    assert running.answers()


def test_a_taken_port_is_said_before_anything_starts(running, tmp_path):
    port = running.known["url"].rstrip("/").rpartition(":")[2]
    code, said = running.say("start", KCS_VAR=str(tmp_path), PORT=port)
    assert code == 1
    assert f"Port {port} cannot be used" in said
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_part_that_is_killed_is_started_again(running, name):
    before = running.pids()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: running.pids()[name] != before)
    until(running.answers)
    assert Path(f"/proc/{running.pids()[name]}").exists()


def test_a_killed_database_comes_back_with_what_was_committed(running):
    running.sql("CREATE TABLE IF NOT EXISTS kept (said text)")
    running.sql("INSERT INTO kept VALUES ('before the database died')")
    before = running.postmaster()
    assert before
    os.kill(before, signal.SIGKILL)
    until(lambda: running.postmaster() not in (None, before))
    until(running.answers)
    assert running.sql("SELECT count(*) FROM kept WHERE said LIKE '%database%'") == 1


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_has_everything(running):
    running.sql("CREATE TABLE IF NOT EXISTS kept (said text)")
    running.sql("INSERT INTO kept VALUES ('before the supervisor died')")
    running.process.kill()
    running.process.wait()
    running.start()  # at once: the old parts are still ending
    assert running.answers()
    assert running.sql("SELECT count(*) FROM kept WHERE said LIKE '%supervisor%'") == 1


def test_stop_ends_every_process(running):
    code, said = running.say("stop")
    assert (code, said) == (0, "Stopped.\n")
    assert running.process.wait(30) == 0
    until(lambda: not processes_of(running.var), 10)
    assert running.say("stop") == (0, "It is not running.\n")


def test_ctrl_c_ends_every_process(running):
    running.process.send_signal(signal.SIGINT)
    said, _ = running.process.communicate(timeout=60)
    assert "All stopped" in said
    until(lambda: not processes_of(running.var), 10)


def test_a_bad_setting_stops_the_start_with_its_sentence(site, tmp_path):
    if site.process and site.process.poll() is None:
        site.end()
    code, said = site.say("start", ALLOWED_HOSTS="*")
    assert code == 1
    assert "ALLOWED_HOSTS=* lets anybody" in said
    assert "Traceback" not in said
    assert not processes_of(site.var)


def test_given_servers_are_used_and_none_is_started(site, tmp_path):
    """The addresses of servers that are down: it must try them, and make none of its own."""
    code, said = site.say(
        "start",
        KCS_VAR=str(tmp_path),
        DATABASE_URL="postgresql://kcs@/kcs?host=/nonexistent",
        REDIS_URL="unix:///nonexistent/valkey.sock?db=0",
    )
    assert code == 1
    assert "/nonexistent" in said
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "valkey").exists()


def test_what_was_collected_does_not_count_as_a_change_of_what_is_collected(running):
    """Else each start compresses every file again, which takes seconds."""
    assert (ROOT / "var/static/.made-from").read_text() == supervisor.static_state()


def test_the_secret_is_made_once_and_kept_from_others(tmp_path):
    first = supervisor.own_secret(tmp_path)
    assert supervisor.own_secret(tmp_path) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert len(first) > 50


def test_what_is_set_is_never_filled_in(tmp_path):
    given = {"SECRET_KEY": "mine", "DATABASE_URL": "postgresql://theirs/kcs"}
    supervisor.fill_in(given, tmp_path)
    assert given["SECRET_KEY"] == "mine"
    assert given["DATABASE_URL"] == "postgresql://theirs/kcs"
    assert given["REDIS_URL"].startswith("unix://")
