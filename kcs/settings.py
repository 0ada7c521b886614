"""Every setting, in one file. The environment decides; a bad value stops the start.

docs/deploy.md explains each variable, and .env.example lists them. A message here is read by
the person who starts the site, so it names the variable and says what to write.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
SAMPLE_SECRET = "change-me-to-fifty-random-characters"  # the value in .env.example
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def text(name: str, default: str | None = None) -> str:
    """A variable's value; empty counts as not set. Without a default it must be set."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. `make start` sets it by itself; elsewhere docs/deploy.md"
            " says what it means."
        )
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in ("0", "1", "true", "false", "yes", "no"):
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in ("1", "true", "yes")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a number from {least}, not {value!r}.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    found = [word.strip() for word in text(name, "").split(",") if word.strip()]
    return found or default


def one_of(name: str, *choices: str) -> str:
    """One of these words; the first is the default."""
    value = text(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {value!r}.")
    return value


def address(name: str, *schemes: str, default: str | None = None) -> str:
    value = text(name, default)
    if urlsplit(value).scheme not in schemes:
        meant = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must begin with {meant}.")
    return value


# Who may talk to us, and how ----------------------------------------------------------------

DEBUG = flag("DEBUG", False)
SECRET_KEY = text("SECRET_KEY")
if SECRET_KEY == SAMPLE_SECRET:
    raise ImproperlyConfigured(
        "SECRET_KEY is still the sample, which everybody can read. Make one of your own:"
        " python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is too short: it needs 32 characters or more.")

SITE_URL = address("SITE_URL", "http", "https", default="http://localhost:8000").rstrip("/")
_site = urlsplit(SITE_URL)
if not _site.hostname or _site.path or _site.query:
    raise ImproperlyConfigured(
        f"SITE_URL must be the site's address and no more, as https://kb.example.com,"
        f" not {SITE_URL!r}."
    )
HTTPS = _site.scheme == "https"
_name = f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname
ALLOWED_HOSTS = words("ALLOWED_HOSTS", sorted({_name, *LOOPBACK}))
if any(host.startswith("*") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS=* lets anybody write the links in our mails. Name the hosts."
    )
if DEBUG and (_others := sorted({_name, *ALLOWED_HOSTS} - {*LOOPBACK})):
    raise ImproperlyConfigured(
        f"DEBUG shows the source and the settings to every visitor, so it is refused with a"
        f" real host ({', '.join(_others)}). Unset DEBUG, or keep to localhost."
    )
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", [SITE_URL])
for _origin in CSRF_TRUSTED_ORIGINS:
    if not _origin.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"CSRF_TRUSTED_ORIGINS needs the scheme: https://{_origin}, not {_origin}."
        )

# gunicorn speaks no TLS: with https somebody stands before us, and how many they are decides
# which address in X-Forwarded-For is the visitor's. Guessing it lets visitors choose theirs.
if HTTPS and not text("TRUSTED_PROXIES", ""):
    raise ImproperlyConfigured(
        "SITE_URL is https, so a proxy stands before this server. Set TRUSTED_PROXIES to how"
        " many (mostly 1); it must set X-Forwarded-Proto and X-Forwarded-For itself."
    )
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # asked from beside us, without the proxy
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# What it is made of -------------------------------------------------------------------------

INSTALLED_APPS = [
    "kcs",
    "people",
    "articles",
    "tickets",
    "loops",
    "portal",
    "people.apps.AdministrationConfig",  # django.contrib.admin, behind our own door
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kcs.web.PrivateMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.RefusalsMiddleware",
    "people.middleware.LanguageMiddleware",
    "people.middleware.FirstVisitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kcs.web.RefusalMiddleware",
    "people.idempotency.IdempotencyMiddleware",
]
ROOT_URLCONF = "kcs.urls"
WSGI_APPLICATION = "kcs.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "kcs.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "kcs.templatetags.ui",
            ],
        },
    }
]

# Where it keeps things ----------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        address("DATABASE_URL", "postgresql", "postgres"),
        # A connection per request costs three times the request; a dead one costs an error.
        conn_max_age=60,
        conn_health_checks=True,
    ),
    # What the help centre reads through: a role that can select views of allowed rows and
    # nothing else, in a session that writes nothing. docs/help-centre.md tells of the wall.
    "help": dj_database_url.parse(
        address("HELP_DATABASE_URL", "postgresql", "postgres", default=text("DATABASE_URL")),
        conn_max_age=60,
        conn_health_checks=True,
    ),
}
_wall = "-c role=kcs_help -c search_path=help -c default_transaction_read_only=on"
_options = DATABASES["help"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} {_wall}".strip()
DATABASE_ROUTERS = ["kcs.databases.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = address("REDIS_URL", "redis", "rediss", "unix")
CACHES = {
    # Sign-in counts its failures here, so it is in PostgreSQL: docs/adr/0007-throttling.md.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "redis": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A broker that hangs must not hang the pages with it.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
}
# redis-py says unix://PATH?db=0 where Celery says redis+socket://PATH?virtual_host=0.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
if REDIS_URL.startswith("rediss://"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required"}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # we write to nobody who is not one of us
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_FORMS = {
    "login": "people.forms.SignInForm",
    "change_password": "people.forms.ChangePasswordForm",
    "reset_password": "people.forms.ResetPasswordForm",
    "reset_password_from_key": "people.forms.NewPasswordForm",
    "reauthenticate": "people.forms.ReauthenticateForm",
}
# Failures count for one account from one address, so that a colleague's typing error or a
# stranger's guessing locks nobody else out; the whole address and the whole account have wider
# limits of their own. An office of hundreds behind one address signs in within the minute.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "100/5m/ip,5/5m/key",
    "login_failed_account": "60/h/key",
    "reset_password": "60/5m/ip,3/5m/key",
    "reset_password_from_key": "60/5m/ip",
    "signup": "20/m/ip",
}
MFA_ADAPTER = "people.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "people.forms.CodeForm",
    "reauthenticate": "people.forms.CodeAgainForm",
    "activate_totp": "people.forms.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator vouched for the address

SESSION_ENGINE = "people.sessions"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("he", _("Hebrew"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["kcs.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
# In production every file's name holds its content's hash, and brotli and gzip lie beside it.
# Files that people attach: a folder of this machine, or a bucket. They are handed out by us
# alone, each time to somebody who may have it, so the bucket stays private.
MEDIA_ROOT = text("FILES_DIR", str(BASE_DIR / "var" / "files"))
FILE_LIMIT_MB = number("FILE_LIMIT_MB", 10, least=1)
S3_BUCKET = text("S3_BUCKET", "")
FILE_STORAGE: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if S3_BUCKET:
    FILE_STORAGE = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": text("S3_ENDPOINT", "") or None,
            "region_name": text("S3_REGION", "") or None,
            # Empty: what the machine itself is allowed (an instance role) is used.
            "access_key": text("S3_ACCESS_KEY", "") or None,
            "secret_key": text("S3_SECRET_KEY", "") or None,
            "addressing_style": one_of("S3_ADDRESSING", "auto", "path", "virtual"),
            "default_acl": None,
            "file_overwrite": False,
        },
    }
STORAGES = {
    "default": FILE_STORAGE,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "kcs.static.Storage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"

# An article of five megabytes is up to three times that once a form or JSON escapes it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Mail goes out once EMAIL_HOST is set. Until then it is written down: to files in EMAIL_DIR,
# or to the console.
EMAIL_HOST = text("EMAIL_HOST", "")
EMAIL_PORT = number("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD", "")
EMAIL_SECURITY = one_of("EMAIL_SECURITY", "starttls", "tls", "none")
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = text("EMAIL_DIR", "")
EMAIL_BACKEND = "django.core.mail.backends.{}.EmailBackend".format(
    "smtp" if EMAIL_HOST else "filebased" if EMAIL_FILE_PATH else "console"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = text("EMAIL_FROM", f"support@{_site.hostname}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "filters": {"unkeyed": {"()": "kcs.log.Unkeyed"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["unkeyed"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django mails errors to ADMINS by default; here they stand in the log like the rest.
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "kcs": {"level": one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "people.api_auth.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["people.api_auth.KnownPerson"],
    "DEFAULT_PAGINATION_CLASS": "kcs.pages.ApiPages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kcs.reading.Json"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS says nothing that the schema does not say better
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kcs.web.api_refusal",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Knowledge base API",
    "VERSION": "1",
    "DESCRIPTION": "What a support agent does, for programs: docs/api.md tells it in words.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["people.api_auth.KnownPerson"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # each field lists its words where it stands
}

# Where the measuring data sets are; tests and `evaluate` skip with a sentence without them.
KCS_DATA = Path(text("KCS_DATA", str(BASE_DIR.parent / "shared" / "data")))
# Everybody in the demo company signs in with it; never used without demo data.
KCS_DEMO_PASSWORD = text("KCS_DEMO_PASSWORD", "solve-loop")
