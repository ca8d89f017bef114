# make run: sets everything up and opens the running product. make test: sets everything up and passes all tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export TONGCHOU_HOME ?= $(CURDIR)/.tongchou
# uv trusts what the machine trusts, as pip does: offices stand behind proxies with a certificate of their own.
export UV_SYSTEM_CERTS ?= true
PORT ?= 8000

.PHONY: run test check bench docs setup clean

setup: $(VENV)/.ready

$(VENV)/.ready: uv.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tongchou needs Python 3.11 or newer; found $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "· making the virtual environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "· installing the pinned packages (first time: a minute or two)"
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check uv && $(BIN)/uv sync --frozen --quiet --inexact; then :; else \
	  echo "· uv is not to be had or failed; installing from requirements.lock with pip"; \
	  $(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.lock && $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps -e . ; fi
	@touch $@

run: setup
	@$(BIN)/python -m tongchou.cli.main up --port $(PORT)

test: setup
	@echo "· running all tests (a PostgreSQL server is started for them and removed afterwards)"
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || echo "· no Chromium on this machine: the browser tests will be skipped (Debian: apt-get install chromium fonts-noto-cjk)"
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup
	@echo "· ruff";            $(BIN)/ruff check src tests benchmarks
	@echo "· types";           TONGCHOU_DATABASE_URL=postgresql://none@/none $(BIN)/python -m mypy
	@echo "· import contracts"; $(BIN)/lint-imports
	@echo "· lock files";      $(BIN)/python tests/lockfiles.py
	@echo "· migrations";      $(BIN)/python -m tongchou.cli.main manage makemigrations --check --dry-run record command assessment plans risk resumption service requests trust projects directives supervision daily schools rural matching enterprises policies

bench: setup
	@$(BIN)/python benchmarks/acts.py

docs: setup
	@$(BIN)/python -m pytest tests/docs

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
