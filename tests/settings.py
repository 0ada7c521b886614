"""The settings of the tests: the real ones, with what would only cost time switched off."""

import os

os.environ["DEBUG"] = "0"
os.environ["SECRET_KEY"] = "only-for-tests-and-known-to-everybody-who-reads-this"
os.environ["SITE_URL"] = "http://localhost:8000"
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,[::1]"
for decided_by_the_machine in (
    *("EMAIL_HOST", "EMAIL_DIR", "TRUSTED_PROXIES", "STATIC_ROOT", "HELP_DATABASE_URL"),
):
    os.environ.pop(decided_by_the_machine, None)
# mypy and the linters read the settings without any server.
os.environ.setdefault("DATABASE_URL", "postgresql://kcs@/kcs?host=/nonexistent")
os.environ.setdefault("REDIS_URL", "unix:///nonexistent?db=0")

from kcs.settings import *  # noqa: E402, F403
from kcs.settings import CACHES, STORAGES  # noqa: E402

# Argon2 is slow on purpose, and tests log in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages name their files as they are, so that no test depends on `collectstatic`.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# A broker that was given to us may hold somebody's work: keep to names of our own.
CACHES = {
    name: {**cache, "KEY_PREFIX": f"test-{os.getpid()}"} for name, cache in CACHES.items()
}
