# The commands of this project. Each works on a machine that has only git, make and python3:
# bootstrap.py makes .venv from the lock files, and does nothing when that is there.

.DEFAULT_GOAL := help
.PHONY: help demo start stop test lint lock messages manage format

# What `make` sets for its own children would reach the site's processes.
unexport MAKEFLAGS MFLAGS MAKELEVEL

RUN := python3 bootstrap.py run
DEV := python3 bootstrap.py dev
# How many tests run at once. ARGS goes to pytest: make test ARGS="-k gate".
JOBS ?= 2
ARGS ?=
# The linters read the settings without a server.
BARE := DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python -W ignore::RuntimeWarning

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo:  ## run the site with a believable company in it (PORT=, HOST=)
	@$(RUN) python -m kcs.supervisor demo

start:  ## run the site, empty or as you left it
	@$(RUN) python -m kcs.supervisor start

stop:  ## end the site that runs from this folder
	@$(RUN) python -m kcs.supervisor stop

manage:  ## one of Django's commands: make manage DO="import tickets file.csv --dry-run"
	@$(RUN) python manage.py $(DO)

test: lint  ## everything: linters, then all tests, in a browser too
	@.venv/bin/python -m kcs.testing
	@.venv/bin/python manage.py fonts --verbosity 0
	@.venv/bin/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

lint:  ## the linters alone
	@$(DEV)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/djade --check $$(git ls-files --cached --others --exclude-standard '*.html')
	@.venv/bin/python -m kcs.translations compile
	.venv/bin/python -m kcs.translations check
	.venv/bin/lint-imports
	$(BARE) manage.py makemigrations --check --dry-run
	.venv/bin/mypy kcs people articles tickets loops manage.py bootstrap.py

format:  ## bring code and templates into their form
	@$(DEV)
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format
	.venv/bin/djade $$(git ls-files '*.html')

messages:  ## bring the texts to translate into locale/
	@$(DEV)
	.venv/bin/python -m kcs.translations extract

lock:  ## choose the newest versions that pyproject.toml allows, and write down their hashes
	@python3 bootstrap.py lock
