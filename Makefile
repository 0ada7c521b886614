# The commands of this project. Each works on a machine that has only git, make and python3:
# bootstrap.py makes .venv from the lock files, and does nothing when that is there.

.DEFAULT_GOAL := help
.PHONY: help demo start stop manage test looks lint relevance format messages lock
.PHONY: environment style templates texts layers migrations types

# What `make` sets for its own children would reach the site's processes.
unexport MAKEFLAGS MFLAGS MAKELEVEL

RUN := python3 bootstrap.py run
# How many tests run at once. ARGS goes to pytest: make test ARGS="-k gate"
JOBS ?= 2
ARGS ?=
HTML = $$(git ls-files --cached --others --exclude-standard '*.html')

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
	@DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python manage.py fonts --verbosity 0
	.venv/bin/python -m pytest -n $(JOBS) $(ARGS)

looks: environment  ## every page light, dark and in Hebrew, with axe: before a release
	KCS_LOOKS=1 .venv/bin/python -m pytest -n $(JOBS) tests/browser -k "axe or barrier or policy" $(ARGS)

lint: style templates texts layers migrations types  ## the linters alone; `make -k lint` runs on

relevance: environment  ## measure how well search finds; writes docs/relevance.md (KCS_DATA)
	KCS_MEASURES=1 .venv/bin/python -m pytest -q tests/relevance/test_relevance.py
	.venv/bin/python -m pytest -q -s tests/relevance/page.py

format: environment  ## bring code and templates into their form
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format
	.venv/bin/djade $(HTML)

messages: environment  ## bring the texts to translate into locale/
	.venv/bin/python -m kcs.translations extract

lock:  ## choose the newest versions that pyproject.toml allows, and write down their hashes
	@python3 bootstrap.py lock

environment:
	@python3 bootstrap.py dev

style: environment
	.venv/bin/ruff check
	.venv/bin/ruff format --check

templates: environment
	.venv/bin/djade --check $(HTML)

texts: environment
	.venv/bin/python -m kcs.translations compile
	.venv/bin/python -m kcs.translations check

layers: environment
	.venv/bin/lint-imports

# Warnings off: that no database answers is expected here, and the models alone are asked.
migrations: environment
	DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python -W ignore::RuntimeWarning \
		manage.py makemigrations --check --dry-run

types: environment
	.venv/bin/mypy kcs people articles tickets loops portal manage.py bootstrap.py
