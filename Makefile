# `make run` shows opsmon at work, `make test` proves it. Both build their own virtual environment on first use.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# Many tests wait for a program at the far end, so a few more processes than cores pay.
WORKERS ?= 6
# Four workers and the hundred processes that tests start read each module; whoever must compile it first takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help install run test quick fuzz recordings lint format man wheel wheelhouse bench clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s%s\n", $$1, $$2}'

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'opsmon needs Python 3.11 or newer'; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo 'no virtual environment: apt-get install python3-venv'; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: $(VENV)/.installed  ## only the virtual environment, to watch your own devices: .venv/bin/opsmon init DIR

run: $(VENV)/.installed  ## the demo: a simulated fleet on loopback and the daemon against it
	$(BIN)/opsmon demo

test: $(VENV)/.installed  ## every test
	$(PYTEST)

quick: $(VENV)/.installed  ## the tests to run between two edits: less than a minute
	$(PYTEST) -m 'not slow'

fuzz: $(VENV)/.installed  ## what a stranger may send and the property tests, with new examples, more of them; SEED=N repeats a run
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "seed $$seed (again: make fuzz SEED=$$seed)"; \
	$(PYTEST) --hypothesis-profile=fuzz --hypothesis-seed=$$seed --timeout 3600 tests/fuzz tests/property

recordings: $(VENV)/.installed  ## how much of recorded devices the profiles find: make recordings DIR=FOLDER
	@test -d "$(DIR)" || { echo 'which folder? make recordings DIR=FOLDER'; exit 2; }
	OPSMON_RECORDINGS=$(abspath $(DIR)) $(BIN)/python -m pytest -q -s -m recordings

lint: $(VENV)/.installed  ## ruff and mypy strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

man: $(VENV)/.installed  ## the manual page, of the help of every command, in English and Chinese
	$(BIN)/python -m opsmon.cli.manual man

wheel: $(VENV)/.installed  ## dist/opsmon-VERSION.whl, to install elsewhere with pip
	@rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@echo "made $$(ls dist/*.whl): python3 -m venv /opt/opsmon && /opt/opsmon/bin/pip install $$(ls dist/*.whl)"

wheelhouse: $(VENV)/.installed  ## dist/opsmon-wheelhouse.tar.gz: opsmon and all that it needs, for a machine without a network
	@sh deploy/wheelhouse/build.sh $(BIN)/python dist
	OPSMON_WHEELHOUSE=dist/opsmon-wheelhouse.tar.gz $(BIN)/python -m pytest -q deploy/wheelhouse/test_archive.py
	@echo 'made dist/opsmon-wheelhouse.tar.gz: carry it over, tar xzf opsmon-wheelhouse.tar.gz && sh opsmon-wheelhouse/install.sh'

bench: $(VENV)/.installed  ## ours beside other programs at the same work, as a table; ARGS='--quick', '--list', '--json FILE'
	$(BIN)/python -m benchmarks $(ARGS)

clean:  ## forget the environment and the caches
	rm -rf $(VENV) .peers .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
