# The daily verbs. `make help` lists them; docs/operating.md tells more.

PORT ?= 8000
DATA ?= var
DEMO ?= 1
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
SOURCES := manage.py accounts films filmsite reviews
export FILMSITE_DATA := $(DATA)

.DEFAULT_GOAL := help
.PHONY: help run test lint types migrations-check bench messages lock clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## Run the whole site (PORT=8000 DATA=var DEMO=1); Ctrl-C stops it
	@exec $(BIN)/python manage.py dev --stop-with-parent --port '$(PORT)' $(if $(filter-out 0,$(DEMO)),--demo)

test: .venv/.installed-dev ## Run every test (ARGS="-k vote" for some of them)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

lint: .venv/.installed-dev ## Check style and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates

types: .venv/.installed-dev ## Check types
	$(BIN)/mypy $(SOURCES)

migrations-check: .venv/.installed-dev ## Fail when a model changed without a migration
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/.installed ## Measure pages and votes against their budgets
	@$(BIN)/python -m bench $(ARGS)

messages: .venv/.installed ## Refresh the Dutch messages and compile them (needs gettext)
	$(BIN)/python manage.py makemessages --locale=nl --no-obsolete --add-location=file --ignore=var --ignore=tests
	$(BIN)/python manage.py compilemessages --locale=nl --ignore=.venv --ignore=var

lock: ## Write requirements*.txt anew from requirements*.in (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --universal --generate-hashes --python-version 3.11 requirements-ct2.in -c requirements.txt -o requirements-ct2.txt
	uv pip compile --universal --generate-hashes --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## Remove the environment and what tools left; data folders stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Filmsite needs Python 3.11 or newer, and '$(PYTHON)' is $$(command -v $(PYTHON) >/dev/null && $(PYTHON) --version 2>&1 | head -n 1 || echo not there)."; \
	  echo "Name another one, for example: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
	  echo "Python could not make .venv. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# The stamps hold a copy of the lock, so that only another lock, not another date, installs again.
.venv/.installed: .venv/bin/python requirements.txt
	@cmp -s requirements.txt $@ || { \
	  echo "Installing the packages (once for each requirements.txt; about 300 MB)…"; \
	  $(PIP) install --require-hashes -r requirements.txt; } || { echo "$(INSTALL_FAILED)"; exit 1; }
	@cp requirements.txt $@

.venv/.installed-dev: .venv/bin/python requirements-dev.txt
	@cmp -s requirements-dev.txt $@ || { \
	  echo "Installing the packages and the tools (once for each requirements-dev.txt; about 500 MB)…"; \
	  $(PIP) install --require-hashes -r requirements-dev.txt; } || { echo "$(INSTALL_FAILED)"; exit 1; }
	@cp requirements-dev.txt $@

INSTALL_FAILED := The packages could not be installed; pip says why above. Check the network and the room on the \
disk and try again. A package without a wheel for this machine is named in pip's last lines.
