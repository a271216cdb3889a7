# asrun: `make demo` and `make test` set up all that they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("asrun needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# uv takes seconds; pip, which also knows the settings of this machine's pip, stands in where uv can't; as pip does,
	@# uv shall compile the modules: without that each start takes twice as long where Python may not write them itself
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==0.13.8" \
	    && $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --compile-bytecode --editable '.[test]' \
	    || $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $(READY)

setup: $(READY) ## Make .venv with everything pinned

demo: $(READY) ## Simulate a service desk in demo/, run its night, show the headlines
	$(BIN)/asrun demo demo

# files in their order, not those with the fewest tests last: these hold the longest ones, and one would end alone
test: $(READY) ## Run the tests (under five minutes)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

real: $(READY) ## Run the tests on the real logs
	$(BIN)/python -m pytest -m real

browser: $(READY) ## Run the tests that open reports in Chromium
	$(BIN)/python -m pytest -m browser

slow: $(READY) ## Run the tests that take more than a few seconds
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow

soak: $(READY) ## Run the tests that take minutes
	$(BIN)/python -m pytest -m soak

bench: $(READY) ## Measure speed and memory side by side with the usual way
	$(BIN)/python -m tests.benchmarks

lint: $(READY) ## ruff, mypy --strict and the walls between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: ## Renew constraints.txt from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --extra test --no-annotate --no-header --no-emit-index-url -o constraints.txt

clean: ## Remove what the targets made
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help setup demo test real browser slow soak bench lint lock clean
