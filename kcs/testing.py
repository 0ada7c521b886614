"""What the test suite needs from the machine: throw-away servers and a browser.

This is a pytest plugin (`addopts = -p kcs.testing`). Where DATABASE_URL and REDIS_URL are set
it uses those servers, in a database of its own named test_…. Else it starts an embedded
PostgreSQL and Valkey that forget everything, once for the whole run: the workers of xdist
inherit the addresses, and each has its own database and its own number inside Valkey.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from kcs import embedded

# Importing the kcs package chose the real settings; for tests, and before Django looks:
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# Playwright keeps an event loop in the main thread, where the tests talk to the database too.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

PREFIX = "kcs-test-"
ROOMY = 1024**3  # a container's /dev/shm is 64 MB, and the servers write some 200

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "There is no Chromium here. Install it (Debian: apt-get install chromium) or name one in"
    " CHROMIUM=/path/to/it. `make test` as root installs it by itself."
)


# The servers ---------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Have both servers running before Django reads its settings."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ["REDIS_URL"] = own_number(os.environ["REDIS_URL"], worker_number())
    else:
        start_servers()
    return (yield)


def worker_number() -> int:
    """0 in a plain run; 1, 2 … in the workers of xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1


def own_number(url: str, number: int) -> str:
    """The same broker, `number` logical databases further."""
    head, separator, database = url.rpartition("?db=")
    if not separator:
        head, separator, database = url.rpartition("/")
        if not database.isdigit():
            return url
    return f"{head}{separator}{int(database) + number}"


def start_servers() -> None:
    wanted = {"DATABASE_URL", "REDIS_URL"} - {name for name in os.environ if os.environ[name]}
    if not wanted:
        return
    reap()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=fast_folder()))
    folder.chmod(0o711)  # the database's user passes through, and reads nothing
    (folder / "owner").write_text(str(os.getpid()))
    servers: list[embedded.Server] = []

    def end() -> None:
        for server in servers:
            server.quick = signal.SIGKILL  # nothing here is worth a checkpoint
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    os.environ["KCS_TEST_SERVERS"] = str(folder)
    with (folder / "log").open("ab") as log:
        if "DATABASE_URL" in wanted:
            database = embedded.Postgres(folder / "postgres", lasting=False)
            servers.append(database)
            database.start(log)
            database.create_database()
            os.environ["DATABASE_URL"] = database.url()
        if "REDIS_URL" in wanted:
            broker = embedded.Valkey(folder / "valkey", lasting=False)
            servers.append(broker)
            broker.start(log)
            os.environ["REDIS_URL"] = broker.url()


def fast_folder() -> Path:
    """Memory where there is enough of it, else the temporary folder."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY:
        return memory
    return Path(tempfile.gettempdir())


def reap() -> None:
    """Remove what killed runs left: their servers died with them, their folders did not."""
    for parent in {Path("/dev/shm"), Path(tempfile.gettempdir())}:
        for folder in parent.glob(f"{PREFIX}*"):
            try:
                owner = int((folder / "owner").read_text())
                mine = folder.stat().st_uid == os.geteuid()
            except (OSError, ValueError):  # it is being made, or removed, this moment
                continue
            if mine and not alive(owner):
                embedded.clear("postgres", folder / "postgres/data", ask=signal.SIGKILL)
                embedded.clear("valkey-server", folder / "valkey/data", ask=signal.SIGKILL)
                shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def pytest_report_header() -> str:
    ours = os.environ.get("KCS_TEST_SERVERS")
    return f"servers: {f'throw-away, in {ours}' if ours else 'DATABASE_URL and REDIS_URL'}"


# How the workers of xdist share the tests ----------------------------------------------------


class OneByOne(LoadScopeScheduling):
    """A test goes to whoever is free, but a file whose tests share what takes seconds to make
    (a whole site, a company) stays together, so that it is made once.

    (xdist's own marker for such groups has no effect under pytest 9.2.)
    """

    together = ("test_supervisor.py", "test_demo.py", "test_budgets.py")

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return path if path.endswith(self.together) else nodeid

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """What is done is forgotten: counting it again after each test costs seconds."""
        for scope in [name for name, tests in workload.items() if all(tests.values())]:
            del workload[scope]
        return super()._pending_of(workload)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne | None:
    if config.getvalue("dist") != "load":
        return None
    config.option.loadscopereorder = False  # tests/conftest.py chose the order
    return OneByOne(config, log)


# The browser ---------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """The Chromium to test with: the named one, a system one, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if runs(named) else None
    path = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
    found = [shutil.which(name, path=path) for name in CHROMIUM_NAMES]
    downloads = Path.home() / ".cache/ms-playwright"
    found += map(str, sorted(downloads.glob("chromium-*/chrome-linux*/chrome"), reverse=True))
    return next((program for program in found if program and runs(program)), None)


def runs(program: str) -> bool:
    """Some systems have a Chromium that only says how to install one."""
    try:
        asked = subprocess.run(
            [program, "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def chromium_or_skip() -> str:
    """The Chromium of this machine. Without one: a skip that says so, and on CI a failure."""
    found = find_chromium()
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_BROWSER)
    return found


def install_chromium() -> None:
    """Debian's package, where we may. Anywhere else the browser tests say that they skip."""
    apt = shutil.which("apt-get", path="/usr/bin")
    if find_chromium() or os.geteuid() != 0 or apt is None:
        return
    say("Chromium is missing; installing the system's package.")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        [apt, "update", "-q"],
        [apt, "install", "-q", "-y", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(
            command,
            env=quietly,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            say(f"That failed: {' '.join(last)}")
            return


def say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201  (a command line's answer)


if __name__ == "__main__":  # before the suite: have a browser, or say that there is none
    install_chromium()
    if not find_chromium():
        say(f"{NO_BROWSER} Without it the browser tests are skipped (with CI=true they fail).")
    sys.exit(0)
