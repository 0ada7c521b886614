"""The containers, .env.example, docs/deploy.md and the settings speak of the same variables.

No container engine is needed: this reads the files.
"""

import ast
import re
import runpy
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("init", "web", "worker", "beat")
EXAMPLE = (ROOT / ".env.example").read_text()
# What the files that start the site read from the environment, and how they call it.
READERS = {"text", "flag", "number", "words", "one_of", "address", "positive"}
STARTERS = ("kcs/settings.py", "kcs/parts.py", "kcs/supervisor.py")
# Read, but not for people to set.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "TZ", "PATH"}


def read_variables() -> set[str]:
    """Every name that the code asks the environment for."""
    found = set()
    for name in STARTERS:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and node.args:
                called = ast.unparse(node.func).removeprefix("os.")
                if called not in {*READERS, "environ.get", "environ.setdefault"}:
                    continue
                asked = node.args[0]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                asked = node.slice
            else:
                continue
            if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
                found.add(asked.value)
    return found - INTERNAL


def example_variables() -> dict[str, str]:
    """What .env.example names, with its value; a default stands behind a #."""
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_every_variable_that_is_read_is_in_the_example_and_in_the_docs():
    docs = (ROOT / "docs/deploy.md").read_text()
    for name in read_variables():
        assert name in example_variables(), f"{name} is not in .env.example"
        assert f"`{name}`" in docs, f"{name} is not in docs/deploy.md"


def test_every_variable_of_the_example_is_read_by_somebody():
    asked_by_compose = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    for name in example_variables():
        assert name in read_variables() | asked_by_compose, f"Nothing reads {name}"


def test_compose_asks_only_for_what_the_example_has():
    for name in re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()):
        assert name in example_variables()


def test_compose_sets_only_what_is_read():
    for service in OURS:
        for name in SERVICES[service]["environment"]:
            assert name in read_variables(), f"{service} sets {name}, which nothing reads"


def environment_of(service: str, **set_by_person: str) -> dict[str, str]:
    """What the container gets: the person's .env, then compose's own lines."""
    asked = dict(re.findall(r"^([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)) | set_by_person
    given = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda match: asked[match[1]], str(value))
        for name, value in SERVICES[service]["environment"].items()
    }
    return {**asked, **given}


@pytest.mark.parametrize("service", OURS)
def test_the_settings_accept_what_compose_gives(service, monkeypatch):
    given = environment_of(service, SECRET_KEY="x" * 50, POSTGRES_PASSWORD="s3cret")
    for name in read_variables():
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = runpy.run_path(str(ROOT / "kcs/settings.py"))
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"], database["USER"]) == ("db", "kcs", "kcs")
    assert database["PASSWORD"] == "s3cret"
    assert SERVICES["db"]["environment"]["POSTGRES_USER"] == database["USER"]
    assert SERVICES["db"]["environment"]["POSTGRES_DB"] == database["NAME"]
    assert found["REDIS_URL"] == "redis://broker:6379/0"


def test_the_untouched_example_is_refused(monkeypatch):
    for name, value in environment_of("web").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match="still the sample"):
        runpy.run_path(str(ROOT / "kcs/settings.py"))


def test_the_four_roles_are_one_image_and_differ_by_command():
    roles = [SERVICES[name] for name in OURS]
    assert len({(role["build"], role["image"]) for role in roles}) == 1
    assert len({tuple(role["command"]) for role in roles}) == len(OURS)
    for role in roles:
        assert role["read_only"] is True
        assert role["cap_drop"] == ["ALL"]


def test_the_commands_of_compose_exist():
    from kcs.parts import PARTS

    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["command"] == ["python", "-m", "kcs.parts", name]
        assert name in PARTS
    assert SERVICES["init"]["command"] == ["python", "manage.py", "prepare"]
    assert (ROOT / "kcs/management/commands/prepare.py").exists()


def test_nothing_serves_before_the_migration_is_done():
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]["init"]["condition"]
        assert waits == "service_completed_successfully"
    assert SERVICES["init"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_the_servers_say_whether_they_are_well_and_keep_their_data():
    for name in ("db", "broker", "web"):
        assert SERVICES[name]["healthcheck"]["test"]
    for name in ("db", "broker"):
        volume = SERVICES[name]["volumes"][0].split(":")[0]
        assert volume in COMPOSE["volumes"]
        assert "ports" not in SERVICES[name]


def test_only_the_site_is_reachable_and_only_from_this_machine():
    published = {
        name: service["ports"] for name, service in SERVICES.items() if "ports" in service
    }
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_the_database_is_made_as_the_built_in_one_is():
    """The other locale would make fuzzy search blind to Cyrillic and Hebrew."""
    options = SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    built_in = (ROOT / "kcs/embedded.py").read_text()
    for option in ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"):
        assert option in options
        assert f'"{option}"' in built_in
    assert "--locale=C.UTF-8" in options


def test_the_image_runs_as_nobody_in_particular():
    steps = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER kcs$", steps, re.MULTILINE)
    assert steps.index("USER kcs") < steps.index("CMD")
    assert "--require-hashes" in steps


def test_no_secret_and_no_test_gets_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    for name in (".*", "tests", "var"):
        assert name in ignored
