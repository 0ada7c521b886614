"""The built-in database and broker start, stop, and lose nothing to kill -9."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from kcs import embedded, testing


@pytest.fixture
def folder(tmp_path_factory, tmp_path) -> Iterator[Path]:
    """A folder that the database's user can enter, which pytest's own is not for root."""
    made = tmp_path if os.geteuid() else Path(f"/tmp/kcs-house-{os.getpid()}-{time.time_ns()}")
    made.mkdir(exist_ok=True)
    made.chmod(0o711)
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


def ask(database: embedded.Postgres, sql: str) -> str:
    said = database.run("psql", "-h", database.sockets, "-U", "kcs", "-d", "kcs", "-XAtqc", sql)
    assert said.returncode == 0, said.stderr
    return said.stdout.strip()


def test_what_was_committed_survives_kill_9_of_the_database(folder):
    database = embedded.Postgres(folder / "postgres")
    database.start()
    database.create_database()
    ask(database, "CREATE TABLE kept (said text); INSERT INTO kept VALUES ('before')")
    assert database.pid
    os.kill(database.pid, signal.SIGKILL)
    database.start()
    try:
        assert ask(database, "SELECT said FROM kept") == "before"
    finally:
        database.stop()
    assert not list(embedded.processes_of("postgres", database.data))


def test_what_was_queued_survives_kill_9_of_the_broker(folder):
    broker = embedded.Valkey(folder / "valkey")
    broker.start()
    redis.Redis.from_url(broker.url()).rpush("queue", "job")
    time.sleep(1.2)  # the log is written to the disk every second
    assert broker.pid
    os.kill(broker.pid, signal.SIGKILL)
    broker.start()
    try:
        assert redis.Redis.from_url(broker.url()).lrange("queue", 0, -1) == [b"job"]
    finally:
        broker.stop()


def test_servers_do_not_outlive_a_killed_owner_and_the_next_start_is_clean(folder):
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from kcs import embedded
        folder = Path({str(folder)!r})
        servers = embedded.Postgres(folder / "postgres"), embedded.Valkey(folder / "valkey")
        for server in servers:
            server.start()
        print(*(server.pid for server in servers), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    started = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == -signal.SIGKILL, started.stderr
    database = embedded.Postgres(folder / "postgres")
    broker = embedded.Valkey(folder / "valkey")
    for server in (database, broker):  # at once: the old ones are still ending
        server.start()
    old = {int(pid) for pid in started.stdout.split()}
    now = {
        *embedded.processes_of("postgres", database.data),
        *embedded.processes_of("valkey-server", broker.data),
    }
    assert {database.pid, broker.pid} <= now
    assert not now & old
    for server in (database, broker):
        server.stop()


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(folder):
    database = embedded.Postgres(folder / "postgres")
    database.start()
    database.stop()
    (database.data / "postmaster.pid").write_text(f"{os.getpid()}\n{database.data}\n")
    database.start()
    assert database.running()
    database.stop()


def test_only_its_own_user_reaches_the_servers(folder):
    database = embedded.Postgres(folder / "postgres")
    broker = embedded.Valkey(folder / "valkey")
    for server in (database, broker):
        server.start()
        server.stop()
    for place in (database.data, database.sockets, broker.data, broker.socket.parent):
        assert place.stat().st_mode & 0o077 == 0, place


def test_data_of_another_postgresql_is_left_alone_with_a_sentence(folder):
    database = embedded.Postgres(folder / "postgres")
    database.data.mkdir(parents=True)
    (database.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(embedded.NoServer, match="is PostgreSQL 15's"):
        database.start()


def test_letters_of_every_language_are_found_by_similarity(folder):
    """pg_trgm is blind to Cyrillic and Hebrew in a cluster made with the wrong locale."""
    database = embedded.Postgres(folder / "postgres", lasting=False)
    database.start()
    database.create_database()
    try:
        ask(database, "CREATE EXTENSION pg_trgm")
        alike = "SELECT similarity('{}', '{}') > 0.3"
        assert ask(database, alike.format("касса", "кассы")) == "t"
        assert ask(database, alike.format("תשלומים", "תשלום")) == "t"
        assert ask(database, "SELECT upper('straße')") == "STRASSE"
    finally:
        database.stop()


def test_a_long_path_still_gets_a_socket(folder):
    deep = folder / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    broker = embedded.Valkey(deep / "valkey")
    broker.start()
    assert redis.Redis.from_url(broker.url()).ping()
    broker.stop()


@pytest.mark.parametrize(
    ("url", "number", "then"),
    [
        ("unix:///run/valkey.sock?db=0", 2, "unix:///run/valkey.sock?db=2"),
        ("unix:///run/valkey.sock?db=3", 1, "unix:///run/valkey.sock?db=4"),
        ("redis://localhost:6379/0", 2, "redis://localhost:6379/2"),
    ],
)
def test_each_test_worker_has_its_own_number_in_the_broker(url, number, then):
    assert testing.own_number(url, number) == then
