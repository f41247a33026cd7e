# Needs Python 3.11 or newer and make; everything else goes into .venv.
.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow check lint types docs bench constraints clean

# The first interpreter that runs and is new enough: `python3` alone may be older than a `python3.12` beside it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Tests and demo start hundreds of processes: without bytecode each compiles our modules anew, a tenth of its start.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
READY := .venv/ready
BENCHED := .venv-bench/ready
JOBS ?= 2

help:            ## what can be made
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

$(READY): constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "carnews needs Python 3.11 or newer; none found. Install one, or: make PYTHON=/path/to/python3"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "carnews needs Python 3.11 or newer; $(PYTHON) is older"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

install: $(READY)  ## build .venv with all that a service may need, and nothing else
	@echo "ready: $(BIN)/carnews; docs/operations.md says how to let it run"

demo: $(READY)   ## crawl the bundled car-news web into data/carnews.db and show what came of it
	$(BIN)/carnews demo

test: $(READY)   ## run all tests
	$(BIN)/python -m pytest -n $(JOBS)

test-slow: $(READY)  ## run the exhaustive forms of the fault tests: every call, fifty kills
	$(BIN)/python -m pytest -n $(JOBS) -m slow

lint: $(READY)   ## formatting and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

check: lint types test  ## all that CI asks

docs: $(READY)   ## write the tables of docs/schema.md anew from db/views.toml
	$(BIN)/python -m db.views docs/schema.md

# The peers ask for other versions than we pin, so they get an environment of their own.
$(BENCHED): pyproject.toml
	@test -n "$(PYTHON)" || { echo "carnews needs Python 3.11 or newer; none found"; exit 2; }
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check 'setuptools>=77'
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[bench]'
	@touch $(BENCHED)

bench: $(BENCHED)  ## quality on hosts no fitting saw, and speed, beside other extractors
	.venv-bench/bin/python benchmarks/all.py

constraints: $(READY)  ## pin anew what CI runs
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --upgrade \
		--no-header --no-annotate --no-emit-options \
		--output-file constraints.txt pyproject.toml

clean:           ## remove the environment and caches, never data/
	rm -rf .venv .venv-bench build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
