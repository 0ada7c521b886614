"""Look at everything the site stands on, and say what is wrong and what to do."""

import platform
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from people.models import Letter, Notification, SiteSettings, User

LATE = timedelta(minutes=10)
LITTLE = 2_000_000_000  # bytes free


class Trouble(Exception):
    """Something is wrong; the message says what to do."""


class Command(BaseCommand):
    help = (
        "Prints versions, and whether database, broker, migrations, mail, outbox and disk are"
        " in order. Ends with code 1 when something is not."
    )
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        questions: list[tuple[str, Callable[[], str]]] = [
            ("versions", versions),
            ("address", address),
            ("database", database),
            ("migrations", migrations),
            ("broker", broker),
            ("mail", mail),
            ("outbox", outbox),
            ("people", people),
            ("gate", gate),
            ("disk", disk),
        ]
        troubles = 0
        for name, ask in questions:
            try:
                mark, said = "ok", ask()
            except Trouble as trouble:
                mark, said = "!!", str(trouble)
            except DatabaseError:
                mark, said = "!!", "cannot be asked without the database"
            troubles += mark == "!!"
            self.stdout.write(f"{mark}  {name:<11} {said}")
        if troubles:
            sys.exit(1)


def versions() -> str:
    return f"Python {platform.python_version()}, Django {django.get_version()}"


def address() -> str:
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    return f"{settings.SITE_URL}, asked as {hosts}{', DEBUG is on' if settings.DEBUG else ''}"


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_setting('server_version'), pg_size_pretty("
                "pg_database_size(current_database()))"
            )
            version, size = cursor.fetchone()
    except DatabaseError as error:
        raise Trouble(f"does not answer. Look at DATABASE_URL. {error}".strip()) from error
    return f"PostgreSQL {version}, {size}"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Trouble(f"{len(missing)} are missing: manage.py migrate")
    return "all applied"


def broker() -> str:
    try:
        server = Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
        version = server.info("server")["redis_version"]
        waiting = server.llen("celery")
    except (RedisError, OSError) as error:
        raise Trouble(f"does not answer. Look at REDIS_URL. {error}") from error
    return f"Redis protocol {version}, {waiting} jobs waiting"


def mail() -> str:
    if settings.EMAIL_HOST:
        security = settings.EMAIL_SECURITY
        return f"sent by {settings.EMAIL_HOST}:{settings.EMAIL_PORT} ({security})"
    if settings.EMAIL_FILE_PATH:
        return f"not sent, written to {settings.EMAIL_FILE_PATH}; set EMAIL_HOST to send it"
    return "not sent, printed to the console; set EMAIL_HOST to send it"


def outbox() -> str:
    late = timezone.now() - LATE
    letters = Letter.objects.count()
    stuck = Letter.objects.filter(made_at__lt=late).count()
    stuck += Notification.objects.unmailed().filter(at__lt=late).count()
    if stuck:
        raise Trouble(
            f"{stuck} mails wait for more than ten minutes. Do worker and beat run? Their logs"
            " name what the mail server says."
        )
    return f"{letters} letters wait"


def people() -> str:
    administrators = User.objects.filter(is_superuser=True, is_active=True).count()
    if not administrators:
        raise Trouble("nobody administers: manage.py first_admin")
    return f"{User.objects.agents().count()} work here, {administrators} administer"


def gate() -> str:
    site = SiteSettings.load()
    return f"{site.gate_mode}; solved tickets close after {site.close_after_days} days"


def disk() -> str:
    free = shutil.disk_usage(settings.BASE_DIR).free
    if free < LITTLE:
        raise Trouble(f"only {free / 1e9:.1f} GB are free")
    return f"{free / 1e9:.0f} GB free"
