.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DOCUMENTS := README.md scenarios/README.md
CLIENTS := tests/clients/commercelayer
# nothing where there is no npm: the tests that need it are skipped then, and say so
NODE_STAMP := $(if $(shell command -v npm 2>/dev/null),$(CLIENTS)/node_modules/.installed)

.PHONY: help run test node check bench docs wheel clean

help:  ## Show this help
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 12

$(STAMP): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	@npm ci --prefix $(CLIENTS) --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@ \
	|| echo "npm could not install $(CLIENTS): the tests that need it are skipped"

run: $(STAMP)  ## Start the server on http://127.0.0.1:8080
	@$(BIN)/klarna-mock serve

test: $(STAMP) $(NODE_STAMP)  ## Run every test
	$(BIN)/pytest

node: $(NODE_STAMP)  ## Install the vendors' JavaScript clients that tests drive

check: $(STAMP)  ## Lint, types, import contracts, documents
	$(BIN)/flake8 mock_server tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/cog --check $(DOCUMENTS)

bench: $(STAMP)  ## Measure speed, as ratios against a bare Flask app in the same run
	$(BIN)/python -m benchmarks.bench

docs: $(STAMP)  ## Write the generated tables into README.md and scenarios/README.md
	$(BIN)/cog -r $(DOCUMENTS)

wheel: $(STAMP)  ## Build the wheel into dist/
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

clean:  ## Remove what make has made
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .import_linter_cache .hypothesis .coverage $(CLIENTS)/node_modules
