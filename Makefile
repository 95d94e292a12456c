# Everything runs from .venv, which this file makes. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# A Python that is named, and of another version than .venv, makes .venv anew.
ifneq ($(origin PYTHON),file)
VERSION = -c 'import sys; print(sys.version)' 2>/dev/null
ifneq ($(shell $(PYTHON) $(VERSION)),$(shell $(BIN)/python $(VERSION)))
ANEW := --clear
.PHONY: $(STAMP)
endif
endif

# .venv is made anew where its commands would not start: its Python is gone (an upgrade of the system), or the folder has moved.
ifeq ($(shell test ! -e $(STAMP) || { test -x $(BIN)/python && grep -qsF "$$(pwd -P)/$(BIN)/" $(BIN)/aggregator; } && echo yes),)
ANEW := --clear
.PHONY: $(STAMP)
endif

.PHONY: help install run test faults draws eval bench bench-peers interop lint format clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(STAMP) ## set up .venv with all extras; then .venv/bin/aggregator is the command

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install Python 3.11 or later, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 15))' || { echo "$$($(PYTHON) --version) is not supported: Python 3.11 to 3.14 is needed. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python lacks the venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (takes up to a minute) …"
	@$(PYTHON) -m venv $(ANEW) .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[postgres,test,bench]' || { echo "Not all packages could be installed, see above (\"from versions: none\": no package index was reached). Then again: make $(MAKECMDGOALS)" >&2; exit 1; }
	@$(BIN)/python -m compileall -q -j 0 -x '/tests/' .venv/lib || true # by all cores, where pip has one; a package may hold a file for another Python
	@$(BIN)/python -m compileall -q aggregator # where Python is told to keep no bytecode, each command would compile anew
	@touch $(STAMP)

run: install ## poll and serve on http://127.0.0.1:8000
	@exec $(BIN)/aggregator run

test: install ## the tests, except those that take minutes
	@$(BIN)/python -m pytest -n auto --dist worksteal -o faulthandler_timeout=240 -o faulthandler_exit_on_timeout=true # a test that hangs is named

faults: install ## tests of every fault and bad input, including those that take minutes
	@$(BIN)/python -m pytest -m 'slow or not slow' --durations 10 tests/faults

draws: install ## tests of what holds for every input, with 20 times as many inputs, drawn anew at each run
	@$(BIN)/python -m pytest -n auto --dist worksteal --draws 20 $$(grep -rl --include='test_*.py' 'from hypothesis' tests)

eval: install ## quality figures on labelled news
	@$(BIN)/python -m benchmarks.eval

bench: install ## speed, as ratios within one run
	@$(BIN)/python -m benchmarks.bench

bench-peers: install ## compare polling with reader, newsboat and sfeed (ARGS='--feeds 100 --runs 1'); writes docs/benchmarks.md
	@$(BIN)/python -m benchmarks.bench_peers $(ARGS)

interop: install ## test the service with third-party feed readers and validators
	@PYTHON=$(BIN)/python tests/interop/install.sh
	@$(BIN)/python -m pytest -m interop -rs tests/interop

lint: install ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: install ## ruff format and safe fixes
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

clean: ## remove .venv and caches; instance/ stays
	@rm -rf .venv .venv-interop .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis
