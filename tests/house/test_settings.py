"""The environment decides, and a bad value stops the start with a sentence."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parent.parent.parent
SOUND = {
    "SECRET_KEY": "a-secret-of-forty-characters-made-for-this",
    "DATABASE_URL": "postgresql://kcs@/kcs?host=/run/kcs",
    "REDIS_URL": "redis://localhost:6379/0",
    "PATH": "/usr/bin:/bin",
}


def read(monkeypatch, **changes: str) -> dict:
    """The settings under this environment and no other."""
    for name in [*os.environ]:
        monkeypatch.delenv(name)
    for name, value in {**SOUND, **changes}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "kcs/settings.py"))


def test_the_least_environment_is_a_safe_site_on_this_machine(monkeypatch):
    found = read(monkeypatch)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "[::1]", "localhost"]
    assert found["EMAIL_BACKEND"].endswith("console.EmailBackend")
    assert found["DATABASES"]["default"]["CONN_MAX_AGE"] == 60
    assert found["DATABASES"]["default"]["CONN_HEALTH_CHECKS"] is True


def test_https_makes_cookies_secure_and_trusts_the_proxies_it_was_told_of(monkeypatch):
    found = read(monkeypatch, SITE_URL="https://kb.example.com", TRUSTED_PROXIES="1")
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
    assert "kb.example.com" in found["ALLOWED_HOSTS"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://kb.example.com"]


def test_no_header_is_trusted_without_a_proxy(monkeypatch):
    assert "SECURE_PROXY_SSL_HEADER" not in read(monkeypatch)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "change-me-to-fifty-random-characters"}, "still the sample"),
        ({"SECRET_KEY": "short"}, "too short"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://localhost/kcs"}, "must begin with postgresql://"),
        ({"REDIS_URL": "localhost:6379"}, "must begin with redis://"),
        ({"ALLOWED_HOSTS": "*"}, r"ALLOWED_HOSTS=\*"),
        ({"ALLOWED_HOSTS": "kb.example.com,*"}, r"ALLOWED_HOSTS=\*"),
        ({"DEBUG": "1", "SITE_URL": "http://kb.example.com"}, "refused with a real host"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "localhost,10.0.0.7"}, "refused with a real host"),
        ({"DEBUG": "maybe"}, "DEBUG must be 1 or 0"),
        ({"SITE_URL": "kb.example.com"}, "SITE_URL must begin with http"),
        ({"SITE_URL": "https://kb.example.com"}, "Set TRUSTED_PROXIES"),
        ({"SITE_URL": "http://kb.example.com/kb"}, "address and no more"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be a number"),
        ({"CSRF_TRUSTED_ORIGINS": "kb.example.com"}, "needs the scheme"),
        (
            {"EMAIL_HOST": "mail.example.com", "EMAIL_PORT": "smtp"},
            "EMAIL_PORT must be a number",
        ),
        ({"EMAIL_SECURITY": "ssl"}, "EMAIL_SECURITY must be starttls or tls or none"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_itself(monkeypatch, changes, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read(monkeypatch, **changes)


@pytest.mark.parametrize(
    ("url", "celery"),
    [
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3"),
        ("redis://broker:6379/0", "redis://broker:6379/0"),
    ],
)
def test_one_redis_url_serves_the_cache_and_the_queue(monkeypatch, url, celery):
    found = read(monkeypatch, REDIS_URL=url)
    assert found["CACHES"]["redis"]["LOCATION"] == url
    assert found["CELERY_BROKER_URL"] == celery


@pytest.mark.parametrize(
    ("changes", "backend"),
    [
        ({"EMAIL_HOST": "mail.example.com"}, "smtp"),
        ({"EMAIL_DIR": "/var/mail/kcs"}, "filebased"),
        ({"EMAIL_HOST": "mail.example.com", "EMAIL_DIR": "/var/mail/kcs"}, "smtp"),
    ],
)
def test_mail_is_written_down_until_there_is_a_server_for_it(monkeypatch, changes, backend):
    assert f".{backend}." in read(monkeypatch, **changes)["EMAIL_BACKEND"]


def test_a_job_ends_before_the_broker_would_hand_it_out_again(monkeypatch):
    found = read(monkeypatch)
    visible_again = found["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]
    assert found["CELERY_TASK_TIME_LIMIT"] < visible_again / 2


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["-m", "kcs.parts", "web"], ["-m", "kcs.parts", "beat"]]
)
def test_whoever_starts_it_reads_the_sentence_and_no_traceback(command):
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**SOUND, "ALLOWED_HOSTS": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("ALLOWED_HOSTS=* lets anybody")
    assert "Traceback" not in ended.stderr
