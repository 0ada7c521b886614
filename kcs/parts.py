"""The three processes of a running site: web, worker and beat.

`python -m kcs.parts web` runs one in the foreground, as the containers do. `make start` forks
the same functions from one started Django (kcs.supervisor), which is faster and smaller.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

VAR = Path(__file__).resolve().parent.parent / (os.environ.get("KCS_VAR") or "var")


def web(listening: int | None = None) -> None:
    """gunicorn. `listening` is a socket that is open already; else HOST and PORT say where."""
    from gunicorn.app.base import BaseApplication

    from kcs.wsgi import application

    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    host = f"[{host}]" if ":" in host else host
    options = {
        "bind": f"fd://{listening}" if listening is not None else f"{host}:{port}",
        "worker_class": "gthread",
        "workers": positive("WEB_WORKERS", 2),
        # Threads are for slow clients, not for speed: Python computes one page at a time.
        "threads": positive("WEB_THREADS", 4),
        "preload_app": True,
        "graceful_timeout": 10,
        "timeout": 60,
        # A worker that has grown is replaced; the jitter keeps them from going together.
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "control_socket_disable": True,
        "loglevel": "warning",
    }

    class Site(BaseApplication):
        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Callable:
            return application

    Site().run()


def worker() -> None:
    """Celery's worker. It needs no gossip: each job is taken from the broker once."""
    from kcs.celery import app

    app.worker_main(
        [
            *("worker", "--loglevel", "WARNING"),
            *("--concurrency", str(positive("WORKER_PROCESSES", 2))),
            *("--without-gossip", "--without-mingle", "--max-tasks-per-child", "5000"),
        ]
    )


def beat() -> None:
    """The clock. Exactly one runs; what it remembers is only when each job last went out."""
    from kcs.celery import app

    folder = VAR / "beat"
    folder.mkdir(parents=True, exist_ok=True)
    app.Beat(loglevel="WARNING", schedule=str(folder / "schedule"), quiet=True).run()


PARTS: dict[str, Callable[[], None]] = {"web": web, "worker": worker, "beat": beat}


def positive(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit()) or not int(value):
        raise ImproperlyConfigured(f"{name} must be a number from 1, not {value!r}.")
    return int(value)


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in PARTS:
        sys.exit(f"Say which part to run: {', '.join(PARTS)}.")
    try:
        PARTS[arguments[0]]()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
