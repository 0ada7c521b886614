"""One command that runs the whole site: servers, web, worker and clock, and their end.

    python -m kcs.supervisor start|demo|stop

`make start` and `make demo` call it. Django is started once, in this process, and then forked:
web, worker and clock share its memory, and a crashed one is back at once. This process itself
opens no connection and runs no job, so it has little to crash of.

What holds, and how:

- Only one runs: it holds a lock on var/run/lock, which the kernel frees however it ends.
- Nothing outlives it: the kernel ends each part when this process is killed. A part that is
  still busy ending is waited for by the next start, and then killed.
- Nothing is lost: PostgreSQL and Valkey write before they acknowledge, are stopped last, and
  recover at the next start from whatever happened to them.
"""

import contextlib
import fcntl
import gc
import json
import os
import secrets
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import IO

from kcs import embedded

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / (os.environ.get("KCS_VAR") or "var")  # data, logs, mail: all that a run leaves
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the next start
PATIENCE = 15  # seconds that the work in hand has to end when the site stops
STEADY = 30  # seconds a part must live to count as started well
LONGEST_PAUSE = 30  # seconds between two tries with a part that keeps dying
# Files of packages that no page of ours asks for. Compressing them takes seconds.
NEVER_SERVED = ["rest_framework", "django_htmx/ext"]
# Loaded before the fork: each part then needs only what it changes.
WHAT_THE_PARTS_SHARE = (
    "kcs.wsgi",  # the handler and every middleware
    "kcs.urls",  # every view
    "gunicorn.app.base",
    "gunicorn.workers.gthread",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.fixups.django",
    "kombu.transport.redis",
)


class CannotStart(Exception):
    """The site cannot start. The message says what the person can do about it."""


def say(sentence: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone; the work is not
        print(sentence, flush=True)  # noqa: T201  (a command line's answer)


# The environment -----------------------------------------------------------------------------


def fill_in(environment: MutableMapping[str, str], var: Path) -> None:
    """Set what the settings need and nobody has set, for a site that runs from this folder."""
    wanted = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    unset = [name for name in wanted if not environment.get(name)]
    if "SECRET_KEY" in unset:
        environment["SECRET_KEY"] = own_secret(var)
    known = running(var)
    places = {
        "DATABASE_URL": f"postgresql://kcs@/kcs?host={var}/postgres/run",
        "REDIS_URL": f"unix://{var}/valkey/run/valkey.sock?db=0",
    }
    for name, place in places.items():
        if name in unset:
            environment[name] = known.get(name.lower()) or place


def own_secret(var: Path) -> str:
    """This installation's secret key, made at its first start."""
    kept = var / "secret_key"
    if not kept.exists():
        var.mkdir(parents=True, exist_ok=True)
        half = var / f"secret_key.{os.getpid()}"
        half.touch(mode=0o600)
        half.write_text(secrets.token_urlsafe(50))
        # A hard link never replaces: of two first starts at once, one secret wins for both.
        with contextlib.suppress(FileExistsError):
            os.link(half, kept)
        half.unlink()
    return kept.read_text()


def running(var: Path) -> dict:
    """What the running supervisor wrote about itself; empty when there is none."""
    try:
        return json.loads((var / "run/site.json").read_text())
    except (OSError, ValueError):
        return {}


def own_addresses() -> list[str]:
    """The names and addresses that others on the network may call this machine by."""
    names = {socket.gethostname(), socket.getfqdn()}
    with contextlib.suppress(OSError):
        names |= {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)}
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(("192.0.2.1", 9))  # sends nothing; only asks which address would
        names.add(probe.getsockname()[0])
    return sorted(f"[{name}]" if ":" in name else name for name in names if "%" not in name)


def listen(host: str, wanted: str) -> socket.socket:
    """The port, taken at once so that nobody else gets it: the wanted one, or a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if wanted and not (wanted.isascii() and wanted.isdigit() and int(wanted) < 65536):
        raise CannotStart(f"PORT must be a number below 65536, not {wanted!r}.")
    for port in [int(wanted)] if wanted else range(8000, 8100):
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen(512)
        except OSError as error:
            taken.close()
            if isinstance(error, socket.gaierror) or error.errno == 99:  # EADDRNOTAVAIL
                raise CannotStart(f"HOST={host} is not an address of this machine.") from error
            if wanted:
                raise CannotStart(f"Port {wanted} cannot be used: {error.strerror}.") from error
            continue
        return taken
    raise CannotStart(f"No port from 8000 to 8099 is free on {host}. Choose one with PORT=.")


# Parts ---------------------------------------------------------------------------------------


def birth(pid: int) -> str | None:
    """When this process began, as the kernel counts; with the pid it names one for good.

    None for one that has ended, also when nobody has collected it yet.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state[0] in "ZX" else state[19]


@dataclass
class Part:
    """A forked process: how to start it, and what became of it."""

    name: str
    work: Callable[[], None]
    log: Path
    close: list[int] = field(default_factory=list)  # what it must not keep open
    pid: int = 0
    born: str | None = None
    since: float = 0.0
    status: int | None = None

    def start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent_asks = embedded.dies_with_parent(signal.SIGTERM)
        pid = os.fork()
        if pid == 0:
            self._live(parent_asks)
        self.pid, self.since, self.status = pid, time.monotonic(), None
        self.born = birth(pid)

    def _live(self, dies_with_parent: Callable[[], None]) -> None:
        """In the child: cut the ties to the supervisor, do the work, and never return."""
        code = 1
        try:
            for number in (*STOP_SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            with contextlib.suppress(OSError):
                Path("/proc/self/comm").write_text(f"kcs-{self.name}")  # for `ps` and `top`
            os.setsid()  # Ctrl-C is for the supervisor, which knows the order
            dies_with_parent()
            for descriptor in self.close:
                os.close(descriptor)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            with open_log(self.log) as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            self.work()
            code = 0
        except SystemExit as ending:
            if isinstance(ending.code, str):
                sys.stderr.write(f"{ending.code}\n")
            code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def running(self) -> bool:
        if not self.pid or self.status is not None:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.status = os.waitstatus_to_exitcode(status)
            # Its own children (gunicorn's and Celery's) must not work on without it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        return self.status is None

    def wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def ask_to_stop(self) -> None:
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Wait for its end, and make one when the time is over."""
        if not self.wait(seconds):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait(5)


def open_log(path: Path) -> IO[bytes]:
    """A log to write at the end of. A long one is put aside first; one old one is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab", buffering=0)


def last_lines(path: Path, count: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def clear_left_overs(parts: dict[str, list]) -> None:
    """Wait for the parts of a killed supervisor, which are ending, and kill what does not."""
    deadline = time.monotonic() + PATIENCE
    for pid, born in parts.values():
        while born is not None and birth(pid) == born:
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            time.sleep(0.05)


# The site ------------------------------------------------------------------------------------


class Stopped(Exception):
    """Somebody asked for the end while the site was still starting."""


class Site:
    """Everything that runs, in the order it is started. The reverse is the order of its end."""

    def __init__(self, var: Path, *, demo: bool) -> None:
        self.var = var
        self.demo = demo
        self.servers: list[embedded.Server] = []
        self.parts: list[Part] = []
        self.helpers: list[Part] = []  # what prepares the start, and ends before it
        self.due: dict[str, float] = {}  # when a part that died is started again
        self.failures: dict[str, int] = {}
        self.stopping = 0
        self.url = ""
        self.began = time.monotonic()

    # From nothing to serving -----------------------------------------------------------------

    def run(self) -> int:
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` asked to ignore one
                signal.signal(number, self._asked_to_stop)
        (self.var / "run").mkdir(parents=True, exist_ok=True)
        self.lock = (self.var / "run/lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            known = running(self.var)
            say(
                f"It is running: {known['url']}  (process {known['pid']})"
                if known.get("url")
                else "It is being started already."
            )
            return 0
        self.lock.truncate(0)
        self.lock.write(str(os.getpid()))
        self.lock.flush()
        try:
            clear_left_overs(running(self.var).get("parts", {}))
            (self.var / "run/site.json").unlink(missing_ok=True)
            self._start()
            self._watch()
        except Stopped:
            pass
        except (CannotStart, embedded.NoServer) as error:
            say(str(error))
            return 1
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        host = os.environ.get("HOST") or "127.0.0.1"
        self.door = listen(host, os.environ.get("PORT", ""))
        port = self.door.getsockname()[1]
        self._address(host, port)
        self._start_servers()
        self._boot()
        self._prepare()
        log = self.var / "log"
        ours = [self.lock.fileno()]
        not_web = [*ours, self.door.fileno()]
        from kcs import parts

        door = self.door.fileno()
        self.parts = [
            Part("worker", parts.worker, log / "worker.log", not_web),
            Part("web", lambda: parts.web(door), log / "web.log", ours),
            Part("beat", parts.beat, log / "beat.log", not_web),
        ]
        for part in self.parts:
            part.start()
        self._write_down()
        self._wait_for_page(host, port)
        self._announce()

    def _address(self, host: str, port: int) -> None:
        everywhere = host in ("0.0.0.0", "::")
        shown = "localhost" if everywhere else host
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
        os.environ["HOST"], os.environ["PORT"] = host, str(port)
        os.environ["SITE_URL"] = os.environ.get("SITE_URL") or self.url.rstrip("/")
        if everywhere and not os.environ.get("ALLOWED_HOSTS"):
            names = ["localhost", "127.0.0.1", "[::1]", *own_addresses()]
            os.environ["ALLOWED_HOSTS"] = ",".join(names)
            if not os.environ.get("CSRF_TRUSTED_ORIGINS"):
                origins = [os.environ["SITE_URL"], *(f"http://{name}:{port}" for name in names)]
                os.environ["CSRF_TRUSTED_ORIGINS"] = ",".join(origins)
        if not os.environ.get("S3_BUCKET") and not os.environ.get("FILES_DIR"):
            os.environ["FILES_DIR"] = str(self.var / "files")
        if not os.environ.get("EMAIL_HOST") and not os.environ.get("EMAIL_DIR"):
            os.environ["EMAIL_DIR"] = str(self.var / "mail")
            (self.var / "mail").mkdir(exist_ok=True)

    def _start_servers(self) -> None:
        """PostgreSQL and Valkey, each unless a URL names another one."""
        if not os.environ.get("DATABASE_URL"):
            wanted = self.var / "postgres"
            place = embedded.reachable_folder(wanted, embedded.server_user())
            if place != wanted:
                say(f"The database's user cannot enter this folder: its data is in {place}")
            database = embedded.Postgres(place)
            self._start_server(database)
            database.create_database()
            os.environ["DATABASE_URL"] = database.url()
        if not os.environ.get("REDIS_URL"):
            broker = embedded.Valkey(self.var / "valkey")
            self._start_server(broker)
            os.environ["REDIS_URL"] = broker.url()
        fill_in(os.environ, self.var)

    def _start_server(self, server: embedded.Server) -> None:
        if server not in self.servers:
            self.servers.append(server)
        log = self.var / "log" / f"{server.name}.log"
        with open_log(log) as opened:
            try:
                server.start(opened)
            except embedded.NoServer as error:
                raise CannotStart(f"{error}\n{last_lines(log)}") from error

    def _boot(self) -> None:
        """Start Django, once for all. The texts are compiled first: it reads them early."""
        from django.core.exceptions import ImproperlyConfigured

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcs.settings")
        self._in_child("translations", compile_translations)
        try:
            import django

            django.setup()
        except ImproperlyConfigured as error:
            raise CannotStart(str(error)) from error

    def _prepare(self) -> None:
        """Bring files and database up to this version, side by side; then load all code."""
        files = self._child("static", build_static)
        people = self.var / "run/people.txt"
        say("Preparing the database and the files.")
        data = self._child("database", lambda: prepare_database(people, demo=self.demo))
        self._finish(files)
        for shared in WHAT_THE_PARTS_SHARE:
            import_module(shared)
        from kcs.celery import app

        app.loader.import_default_modules()  # every task
        self._finish(data)
        gc.collect()
        gc.freeze()  # the collector then leaves the shared pages alone, and they stay shared

    def _child(self, name: str, work: Callable[[], None]) -> Part:
        log = self.var / "log" / f"{name}.log"
        log.unlink(missing_ok=True)
        part = Part(name, work, log, [self.lock.fileno(), self.door.fileno()])
        part.start()
        self.helpers.append(part)
        return part

    def _finish(self, part: Part) -> None:
        while not part.wait(0.2):
            if self.stopping:
                raise Stopped
        if part.status:
            raise CannotStart(
                f"It cannot start:\n{last_lines(part.log)}\n(all of it: {part.log})"
            )

    def _in_child(self, name: str, work: Callable[[], None]) -> None:
        self._finish(self._child(name, work))

    def _wait_for_page(self, host: str, port: int) -> None:
        """Until the first page is served, or it is clear that none will be."""
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        web = next(part for part in self.parts if part.name == "web")
        for attempt in range(1200):
            if self.stopping:
                raise Stopped
            if not web.running():
                raise CannotStart(f"The web server ended:\n{last_lines(web.log)}")
            try:
                with socket.create_connection((local, port), 5) as asked:
                    asked.settimeout(60)
                    asked.sendall(b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    if asked.recv(12).startswith(b"HTTP/1."):
                        return
            except OSError:
                time.sleep(0.05 if attempt < 100 else 0.5)
        raise CannotStart(f"No page is served. {web.log} may say why.")

    def _announce(self) -> None:
        seconds = time.monotonic() - self.began
        say(f"\n  {self.url}\n")
        people = last_lines(self.var / "run/people.txt", 200).strip()
        if people:
            say("".join(f"  {line}\n" for line in people.splitlines()))
        if os.environ.get("EMAIL_DIR"):
            say(f"  Mail is not sent but written to {os.environ['EMAIL_DIR']}")
        say(f"  Logs are in {self.var / 'log'}. Ready in {seconds:.0f} s. Ctrl-C stops it.\n")

    # Serving ---------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self.stopping:
            time.sleep(0.2)
            for server in self.servers:
                if not server.running() and not self.stopping:
                    say(f"{server.name} ended unexpectedly; starting it again.")
                    self._start_server(server)
            for part in self.parts:
                if self.stopping or part.running():
                    continue
                now = time.monotonic()
                if part.name not in self.due:
                    lived = now - part.since
                    again = 0 if lived > STEADY else self.failures.get(part.name, 0) + 1
                    self.failures[part.name] = again
                    pause = min(2 ** max(again - 1, 0) - 1, LONGEST_PAUSE)
                    self.due[part.name] = now + pause
                    say(
                        f"{part.name} ended unexpectedly ({ending(part.status)});"
                        f" starting it again{f' in {pause} s' if pause else ''}."
                    )
                if now >= self.due[part.name]:
                    del self.due[part.name]
                    part.start()
                    self._write_down()

    def _write_down(self) -> None:
        """Say where we run, for a second start, for manage.py, and for the start after us."""
        written = self.var / "run/site.json"
        half = written.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(
            json.dumps(
                {
                    "url": self.url,
                    "pid": os.getpid(),
                    "database_url": os.environ["DATABASE_URL"],
                    "redis_url": os.environ["REDIS_URL"],
                    "parts": {part.name: [part.pid, part.born] for part in self.parts},
                },
                indent=1,
            )
        )
        half.replace(written)

    # The end ---------------------------------------------------------------------------------

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping += 1
        if self.stopping == 1:
            say("\nStopping." if number == signal.SIGINT else "Stopping.")

    def _stop(self) -> None:
        """First nobody makes new work, then the work in hand ends, then the data is closed."""
        began = time.monotonic()
        self.stopping += 1
        order = {"beat": 0, "web": 1, "worker": 2}
        processes = self.helpers + sorted(self.parts, key=lambda part: order[part.name])
        for process in processes:
            process.ask_to_stop()
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            process.end(max(deadline - time.monotonic(), 0.1))
        for server in reversed(self.servers):
            server.stop()
        if self.parts or self.servers:
            (self.var / "run/site.json").unlink(missing_ok=True)
            say(f"All stopped, in {time.monotonic() - began:.1f} s.")


def ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"by {signal.Signals(-status).name}"
    return f"exit code {status}"


# What is done before serving, each in a child of its own -----------------------------------


def compile_translations() -> None:
    from kcs import translations

    translations.compile_all()


def build_static() -> None:
    """Fonts, and the files with their hashed names, where anything changed since last time."""
    from django.conf import settings
    from django.core.management import call_command

    made = Path(settings.STATIC_ROOT)
    seal = made / ".made-from"
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_suffix(".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two sites may run from one folder (KCS_VAR)
        if seal.exists() and seal.read_text() == static_state():
            return
        call_command("fonts", verbosity=0)
        call_command(
            "collectstatic",
            interactive=False,
            clear=made.exists(),
            verbosity=0,
            ignore_patterns=NEVER_SERVED,
        )
        seal.write_text(static_state())


def static_state() -> str:
    return embedded.short_hash("\n".join(static_sources()))


def static_sources() -> Iterator[str]:
    """A line for every file that decides what the collected files are."""
    applications = [made.parent for made in sorted(ROOT.glob("*/apps.py"))]
    for folder in [ROOT / "static", *(place / "static" for place in applications)]:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found = path.stat()
                yield f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}"
    yield embedded.short_hash((ROOT / "requirements.lock").read_text())


def prepare_database(people: Path, *, demo: bool) -> None:
    """Migrate, load the demo company when asked, and keep what says who can sign in."""
    from django.core.management import call_command

    with people.open("w") as answer:
        people.chmod(0o600)
        call_command("prepare", demo=demo, stdout=answer)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["start" | "demo" as verb]:
            return Site(VAR, demo=verb == "demo").run()
        case ["stop"]:
            return stop(VAR)
    say("Say what to do: start, demo or stop.")
    return 2


def stop(var: Path) -> int:
    """End the site that runs from this folder, and come back when it has ended."""
    with contextlib.suppress(OSError), (var / "run/lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.kill(int(lock.read()), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_EX)  # which we get when it has ended
            say("Stopped.")
            return 0
    say("It is not running.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
