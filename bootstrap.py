#!/usr/bin/env python3
"""Make this project's own environment from its lock files, then run a program in it.

    python3 bootstrap.py run|dev [PROGRAM ARGUMENTS...]
    python3 bootstrap.py lock

`run` is what the site needs, `dev` adds what tests and linters need; `lock` writes the lock
files again from pyproject.toml, with the newest versions that it allows. Only Python's standard
library is used here, on whatever Python a bare system has: what installs packages (uv) is
fetched into .boot/, the packages go to .venv/, and nothing outside this folder is touched.
When everything is there already, no network is used.
"""

import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BOOT = os.path.join(HERE, ".boot")
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
OLDEST = (3, 11)


def main(arguments):
    if not arguments or arguments[0] not in {*LOCKS, "lock"}:
        sys.exit(__doc__)
    if sys.version_info < OLDEST:
        look_for_a_newer_python()
    os.chdir(HERE)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"):
        os.environ.pop(name, None)
    if arguments[0] == "lock":
        return lock()
    sync(arguments[0])
    if arguments[1:]:
        program = os.path.join(VENV, "bin", arguments[1])
        os.execv(program, [program, *arguments[2:]])


def look_for_a_newer_python():
    """`python3` may be an old one beside a newer: go on with that, or say what is missing."""
    for minor in range(OLDEST[1] + 5, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit(
        f"This needs Python {dotted(OLDEST)} or newer, and python3 here is"
        f" {dotted(sys.version_info[:2])}. Install a newer one and start again."
    )


def dotted(version):
    return ".".join(str(part) for part in version)


def sync(kind):
    """Bring .venv to what the lock file says, unless it is there already."""
    have = read(seal())
    # An environment for development holds all that the site needs.
    if have and have in {wanted(kind), wanted("dev")} and works():
        return
    if have.startswith("dev ") or os.path.exists(os.path.join(VENV, "bin", "pytest")):
        kind = "dev"  # only the versions changed: a developer keeps the tools
    uv = find_uv() or fetch_uv()
    if not works():
        say(f"Making .venv with Python {dotted(sys.version_info[:3])}.")
        run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, VENV)
    say("Installing the locked packages.")
    if have:
        os.remove(seal())  # until it is done, it is neither the old nor the new
    run(
        *(uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"),
        *("--python", PYTHON, LOCKS[kind]),
    )
    with open(seal(), "w") as file:
        file.write(wanted(kind))


def wanted(kind):
    """What .venv is when it is right: these packages, for this use."""
    content = read(os.path.join(HERE, LOCKS[kind]))
    return f"{kind} {hashlib.sha256(content.encode()).hexdigest()}"


def seal():
    return os.path.join(VENV, ".made-from")


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def works():
    """Whether .venv has a Python that runs and is new enough: the system may have moved on."""
    asked = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", asked]) == 0


def lock():
    """Choose versions anew. No host name and no path of this machine gets into the files."""
    uv = find_uv() or fetch_uv()
    compile_ = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--upgrade",
    ]
    compile_ += ["--no-header", "--no-annotate", "--no-emit-index-url"]
    compile_ += ["--python-version", dotted(OLDEST), "--output-file"]
    run(compile_, LOCKS["run"], "pyproject.toml")
    # The tests run on the very versions that the site does.
    run(compile_, LOCKS["dev"], "pyproject.toml", "--group", "dev", "-c", LOCKS["run"])
    boot = os.path.join(BOOT, "requirements.in")
    os.makedirs(BOOT, exist_ok=True)
    with open(boot, "w") as file:
        file.write("uv\n")
    run(compile_, "requirements-boot.lock", boot)


def find_uv():
    """A uv that runs: the person's own, or the one fetched before."""
    for place in (shutil.which("uv"), os.path.join(BOOT, "bin", "uv")):
        if place and os.path.exists(place):
            said = subprocess.run([place, "--version"], capture_output=True, text=True)
            version = said.stdout.split()[1:2]
            # Older ones do not know all of the options used here.
            if said.returncode == 0 and version and numbers(version[0]) >= (0, 5):
                return place
    return None


def numbers(version):
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def fetch_uv():
    """Fetch uv with pip into .boot/, checked against its hash, with whatever pip there is.

    `--target` touches nothing of the system's, so a system that refuses `pip install`
    ("externally managed") allows this.
    """
    say("Fetching the installer.")
    for pip in (system_pip, venv_pip, debian_pip):
        command = pip()
        if command is not None:
            run(
                *(command, "install", "--quiet", "--disable-pip-version-check"),
                *("--no-warn-script-location", "--root-user-action=ignore", "--upgrade"),
                *("--require-hashes", "--target", BOOT, "-r", "requirements-boot.lock"),
            )
            return os.path.join(BOOT, "bin", "uv")
    sys.exit(
        "Python's package installer is missing. Install pip (Debian and Ubuntu: apt-get install"
        " python3-pip, as root) or uv, and start again."
    )


def system_pip():
    return has_pip(sys.executable)


def venv_pip():
    """The pip that Python itself carries, where the distribution has not removed it."""
    place = os.path.join(BOOT, "pip")
    made = subprocess.run([sys.executable, "-m", "venv", place], capture_output=True)
    if made.returncode == 0:
        return has_pip(os.path.join(place, "bin", "python"))
    shutil.rmtree(place, ignore_errors=True)
    return None


def debian_pip():
    """Debian's package, which root may install."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    say("This Python has no pip; installing the system's package python3-pip.")
    quietly = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (
        [apt, "update", "-qq"],
        [apt, "install", "-qq", "-y", "--no-install-recommends", "python3-pip"],
    ):
        if subprocess.call(command, env=quietly, stdin=subprocess.DEVNULL) != 0:
            return None
    return has_pip(sys.executable) or has_pip("/usr/bin/python3")


def has_pip(python):
    asked = subprocess.run([python, "-m", "pip", "--version"], capture_output=True)
    return [python, "-m", "pip"] if asked.returncode == 0 else None


def run(first, *rest):
    """Run a command to its end; end with a sentence when it fails. It says its own part."""
    command = (first if isinstance(first, list) else [first]) + list(rest)
    environment = dict(os.environ)
    # The system's certificates, as the system's own tools use: a company's proxy has its own.
    environment.update(UV_SYSTEM_CERTS="1", UV_NATIVE_TLS="1", UV_PYTHON_DOWNLOADS="never")
    home = os.path.expanduser("~")
    if not os.access(home, os.W_OK):
        environment.setdefault("UV_CACHE_DIR", os.path.join(BOOT, "cache"))
    if subprocess.call(command, env=environment, stdin=subprocess.DEVNULL) != 0:
        sys.exit("That failed. Once its cause is gone, start again: what is done stays done.")


def say(sentence):
    print(sentence, flush=True)  # noqa: T201  (a command line's answer)


if __name__ == "__main__":
    main(sys.argv[1:])
