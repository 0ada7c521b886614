"""What tests ask for: a browser, a live server, a real worker.

def test_…(live, page):      a Chromium page, and the site served for it
    live.log_in(page, make.user())
    page.goto(live.url("/tickets/"))

def test_…(worker):          a Celery worker process on the test's own database
    actions.solve(…)
    worker.until(lambda: Notification.objects.exists())

def test_…(axe, live, page):
    axe(page)                fails with what it found; all rules in English, and in other
                             languages those that a language can break (`make looks`: all);
                             what stands round every page alike with the first page only
    axe(page, also="dark")   with `make looks` then the same page in the other theme: what
                             depends on colours
"""

import contextlib
import functools
import gc
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from django.test import Client, TransactionTestCase
from django.urls import reverse
from django.utils import translation

from kcs import testing

ROOT = Path(__file__).parent.parent
# The migrations that fill tables, and the functions in them that do it.
FIRST_ROWS = [
    ("people.migrations.0002_defaults", "fill"),
    ("articles.migrations.0002_rules", "first_template"),
    ("articles.migrations.0005_lifecycle_rules", "first_standard"),
]


@contextlib.contextmanager
def patterns() -> Iterator[tuple[str, Any]]:
    """The name of the database that the workers copy, and a cursor beside it that one worker
    has at a time."""
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('the pattern of the tests'))")
        yield f"test_{settings.DATABASES['default']['NAME']}_pattern", cursor  # and unlocks


def migrated(name: str, cursor: Any) -> None:
    """Make the pattern, unless a worker of this run has: the comment says whose it is."""
    run = os.environ["PYTEST_XDIST_TESTRUNUID"]
    cursor.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [name],
    )
    if cursor.fetchone() == (run,):
        return
    ours = connections["default"]
    before = settings.DATABASES["default"]["NAME"]
    own = ours.settings_dict["TEST"]["NAME"]
    ours.settings_dict["TEST"]["NAME"] = name
    ours.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    ours.close()
    ours.settings_dict["TEST"]["NAME"] = own
    settings.DATABASES["default"]["NAME"] = ours.settings_dict["NAME"] = before
    cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [run])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: Any,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
) -> Iterator[None]:
    """Migrating is seconds of computing, and copying a database is none: of xdist's workers the
    first migrates, and the others copy. Each still asks for what is left to migrate."""
    if (
        "PYTEST_XDIST_WORKER" not in os.environ
        or django_db_keepdb
        or not django_db_use_migrations
    ):
        yield
        return
    with django_db_blocker.unblock(), patterns() as (name, cursor):
        migrated(name, cursor)
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = name
    yield
    # A worker that comes after this makes it again.
    with django_db_blocker.unblock(), patterns() as (name, cursor):
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The help centre's own connection must be gone before the database can go."""
    yield
    connections["help"].close()


# Every page in every look takes minutes: `make looks` does it, before a release and after a
# change of styles. Every run looks at each page once, and at the dark and Hebrew ones of a few.
EVERY_LOOK = bool(os.environ.get("KCS_LOOKS"))
# Measurements that take minutes: `make relevance` does them.
EVERY_MEASURE = bool(os.environ.get("KCS_MEASURES"))
# A run makes millions of objects that live as long as it does; looking for garbage among them
# after each few hundred new ones costs a tenth of the time.
gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skipped = {"looks": not EVERY_LOOK, "measured": not EVERY_MEASURE}
    left = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name, leave in skipped.items() if leave)
    ]
    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]
    items.sort(key=turn)  # what is equal stays as it was


def turn(item: pytest.Item) -> int:
    """When a test is begun: long ones before short ones, so that all workers end together.
    Tests that commit stay behind those that do not, where pytest-django put them."""
    if item.path.name == "test_supervisor.py":
        return 0  # needs no database of ours: one worker runs it while another migrates
    if item.path.name in testing.OneByOne.together:
        return 1
    if not commits(item):
        return 2
    return 3 if "axe" in item.fixturenames else 4


def commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(
        {"transactional_db", "live_server"} & set(item.fixturenames)
        or (marker and marker.kwargs.get("transaction"))
    )


@pytest.fixture(autouse=True)
def own_language() -> None:
    """No test speaks the language of the last page that another one asked for."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """No test meets what another one cached or queued. Only on a server of our own."""
    if "KCS_TEST_SERVERS" in os.environ:
        caches["redis"].clear()


EMPTY = """
DO $$
DECLARE name text;
BEGIN
    -- Who still writes is waited for, as TRUNCATE would.
    LOCK TABLE {tables} IN EXCLUSIVE MODE;
    -- No trigger asks what refers to a row, or whether it may go: they all go.
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$
"""
# What follows from the code alone; making it again would cost more than all the rest.
FIXED = {"django_content_type", "auth_permission"}


@functools.cache
def emptying(database: str) -> str:
    """The statement that empties all tables; nothing where its triggers may not be passed by."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return ""
    tables = sorted({*connection.introspection.django_table_names(only_existing=True)} - FIXED)
    return EMPTY.format(
        tables=", ".join(f'"{table}"' for table in tables),
        names=", ".join(f"'{table}'" for table in tables),
    )


def empty() -> None:
    """What stands in the base after a test that commits: the migrations' first rows, and no
    others. Truncating and refilling a hundred tables would take longer than most tests."""
    connection = connections["default"]
    if statement := emptying(connection.settings_dict["NAME"]):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    else:
        call_command("flush", verbosity=0, interactive=False, allow_cascade=True)
    for migration, fill in FIRST_ROWS:
        getattr(importlib.import_module(migration), fill)(apps, None)


TransactionTestCase._fixture_teardown = lambda self: empty()  # type: ignore[method-assign]


class Htmx(Client):
    """A client that asks as htmx does."""

    def __init__(self, **defaults: str) -> None:
        super().__init__(headers={"HX-Request": "true"}, **defaults)


@pytest.fixture
def htmx() -> Htmx:
    return Htmx()


# The browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The Chromium of this machine."""
    return {
        **browser_type_launch_args,
        "executable_path": testing.chromium_or_skip(),
        "args": [
            "--no-sandbox",  # containers and root have no other way
            "--disable-dev-shm-usage",
            # Nothing here is drawn by a graphics card, and imitating one costs a core.
            "--disable-gpu",
            "--disable-gpu-rasterization",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "en-GB",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def _window(browser: Any, browser_context_args: dict) -> Iterator[Any]:
    """One context for all tests: what it has fetched and compiled of ours it keeps, which
    takes a fresh one half a second."""
    context = browser.new_context(**browser_context_args)
    context.new_page()  # stays, to tidy up from
    yield context
    context.close()


@pytest.fixture
def context(_window: Any, live: "Live") -> Iterator[Any]:
    """The browser's window as new: what a test leaves in it goes, but for the files it fetched.
    A test that needs two windows opens the other itself: `browser.new_context()`."""
    yield _window
    for page in _window.pages[1:]:
        page.close()
    _window.clear_cookies()
    session = _window.new_cdp_session(_window.pages[0])
    session.send(
        "Storage.clearDataForOrigin",
        {"origin": live.root, "storageTypes": "local_storage,indexeddb,service_workers"},
    )
    session.detach()


@pytest.fixture
def page(context: Any) -> Any:
    return context.new_page()


def kept(serve: Callable[..., Any]) -> Callable[..., Any]:
    """The forty files of a page are fetched once, as they are in production, where their names
    hold their content's hash; else each page of a tour asks for all of them again."""

    @functools.wraps(serve)
    def with_age(self: Any, request: Any) -> Any:
        response = serve(self, request)
        response["Cache-Control"] = "max-age=3600"
        return response

    return with_age


StaticFilesHandler.serve = kept(StaticFilesHandler.serve)  # type: ignore[method-assign]


class Live:
    """The site, really served."""

    def __init__(self, root: str) -> None:
        self.root = root

    def url(self, path: str = "/", *args: object, **kwargs: object) -> str:
        """The full address of a path, or of a named URL with its arguments."""
        return self.root + (
            path if path.startswith("/") else reverse(path, args=args, kwargs=kwargs)
        )

    def log_in(self, page, user) -> None:
        """Sign the page's browser in, as if through the door but without typing."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.root}]
        )


@pytest.fixture
def live(request: pytest.FixtureRequest, transactional_db, live_server) -> Iterator[Live]:
    """The site, served to the end: pages poll, and a request that still runs while the tables
    are emptied would wait for them, and they for it."""
    yield Live(live_server.url)
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            for page in context.pages:
                if page.url != "about:blank":
                    page.goto("about:blank")
    wait_for_requests()


def wait_for_requests(seconds: float = 10) -> None:
    """Until the database has had nothing else to do, three times in a row."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
        time.sleep(0.03)


AXE = {
    "resultTypes": ["violations"],
    # No rule that we run reads the style sheets, and fetching them costs as much as the rules.
    "preload": {"assets": ["media"]},
}
# The rules that can say something new when only the theme changes.
COLOURS = ["color-contrast", "link-in-text-block"]
# And those that can when the language does: names that come from translations. What a page is
# built of, and its colours, are the same in every language, and are looked at in English.
NAMES = [
    "aria-command-name",
    "button-name",
    "document-title",
    "html-has-lang",
    "html-lang-valid",
    "input-button-name",
    "label",
    "link-name",
    "select-name",
    "valid-lang",
]
SHEETS = """
[document.documentElement.dataset.theme,
 ...[...document.styleSheets].map((one) => (one.href ?? '').split('/').pop())]
"""
LOOKED: set[str] = set()
# What the stylesheets decide, and two thirds of axe's time.
DRAWN = ["color-contrast", "target-size"]
# What stands round every page alike is looked at once a test, with its first page.
MAIN = {"include": [["main"]]}
# Not `wait_for_function`: the policy forbids its way of asking.
SETTLED = """
async () => {
  const busy = '.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added';
  await document.fonts.ready;
  while (document.readyState !== 'complete' || document.querySelector(busy))
    await new Promise((next) => setTimeout(next, 20));
}
"""
# What the page's own button does. Without the transitions, which would run on for a frame at
# each depth of the page, and axe would see the colours between.
TURN = """
(theme) => {
  const still = new CSSStyleSheet();
  still.replaceSync('*, ::before, ::after { transition-property: none !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  document.documentElement.dataset.theme = theme;
  for (const one of document.querySelectorAll('*')) getComputedStyle(one).color;
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still);
}
"""


def settle(page) -> None:
    """Until the page and what it loads by itself are there. Sooner than "networkidle", which
    is half a second of silence."""
    page.evaluate(SETTLED)


@pytest.fixture
def axe() -> Callable[..., None]:
    """Fails with what axe found on the page, in words."""

    seen: set[str] = set()
    handed: set[Any] = set()

    def drawn(page) -> bool:
        """Whether the contrast and the sizes on this page are to be looked at: once for each set
        of stylesheets and each worker."""
        sheets = str(page.evaluate(SHEETS))
        fresh = sheets not in LOOKED
        LOOKED.add(sheets)
        return fresh

    def script(page) -> str:
        """axe is half a megabyte: a page gets it with its first check and brings it along."""
        if page in handed:
            return "null"
        page.add_init_script(AXE_SCRIPT)
        handed.add(page)
        return AXE_SCRIPT

    def look(page, context: object, **options: object) -> None:
        axe = Axe(axe_script=script(page))
        found = axe.run(page, context=context, options={**AXE, **options})
        where = f"{page.url} ({page.locator('html').get_attribute('data-theme')})"
        assert found.violations_count == 0, f"{where}\n{found.generate_report()}"

    def check(page, context: object = None, also: str = "") -> None:
        settle(page)
        spoken, theme = page.evaluate(
            "[document.documentElement.lang, document.documentElement.dataset.theme]"
        )
        frame = f"{spoken} {theme} {'/admin/' in page.url}"
        if context is None and frame in seen and page.locator("main").count():
            context = MAIN
        seen.add(frame)
        if EVERY_LOOK or (spoken == "en" and drawn(page)):
            look(page, context)
        elif spoken == "en":
            look(page, context, rules={rule: {"enabled": False} for rule in DRAWN})
        else:
            look(page, context, runOnly=NAMES + (COLOURS if theme == "dark" else []))
        if also and spoken == "en" and EVERY_LOOK:
            assert theme in {"light", "dark"} - {also}
            page.evaluate(TURN, also)
            look(page, context, runOnly=COLOURS)
            page.evaluate(TURN, theme)

    return check


# A real Celery worker ------------------------------------------------------------------------


class Worker:
    """A Celery worker process that works on the test's database and broker."""

    def __init__(self) -> None:
        self.log = (
            Path(os.environ.get("KCS_TEST_SERVERS", "/tmp")) / f"worker-{os.getpid()}.log"
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        database = connections["default"].settings_dict
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "kcs", "worker", "-l", "INFO"),
                    *("-c", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"),
                ],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database_url(database)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until(lambda: b" ready." in self.log.read_bytes(), seconds=60)

    def kill(self) -> None:
        """kill -9, the children too: what a crash or a lost machine does."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def until(self, happened: Callable[[], object], *, seconds: float = 20) -> None:
        """Wait for it to happen, or fail with the worker's log."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                pytest.fail(f"It did not happen in {seconds} s.\n{self.log.read_text()}")
            time.sleep(0.05)


def database_url(database: dict) -> str:
    where = database["HOST"] or database["OPTIONS"].get("host") or "localhost"
    who = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
    if where.startswith("/"):
        return f"postgresql://{who}@/{database['NAME']}?host={where}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgresql://{who}@{where}{port}/{database['NAME']}"


@pytest.fixture(scope="session")
def _worker_process(django_db_setup) -> Iterator[Worker]:
    """One process for all tests that want one: it needs seconds to start."""
    started = Worker()
    yield started
    started.kill()


@pytest.fixture
def worker(_worker_process: Worker, transactional_db) -> Worker:
    """A running Celery worker. The test's rows are committed, so it sees them."""
    if _worker_process.process is None or _worker_process.process.poll() is not None:
        _worker_process.start()
    return _worker_process
