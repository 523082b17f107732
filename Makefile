# Needs Python 3.11 or newer and make; everything else comes from the lock files, with hashes. No root needed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := requirements/runtime.lock
DEV := requirements/dev.lock

# The interpreter: the first of these that is 3.11 or newer.
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)

# A stamp carries the sum of what was installed: nothing is done while it is there.
stamp = $(VENV)/.$(1)-$(shell cat pyproject.toml $(2) | cksum | tr ' ' '-')
RUNTIME_STAMP := $(call stamp,runtime,$(RUNTIME))
DEV_STAMP := $(call stamp,dev,$(RUNTIME) $(DEV))

PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
INSTALL = $(PIP) install --no-deps --require-hashes --requirement

.PHONY: help
help: ## Show what there is to make
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(DEV_STAMP) ## Make .venv with everything that running and developing need

.PHONY: demo
demo: $(RUNTIME_STAMP) ## A running hub with demo accounts and a ranking: ARGS="--port 8000 --data-dir .hub"
	@exec $(BIN)/hub demo $(ARGS)

.PHONY: serve
serve: $(RUNTIME_STAMP) ## Serve the API without demo accounts: ARGS="--port 8000 --workers 2"
	@exec $(BIN)/hub serve $(ARGS)

.PHONY: test
test: $(DEV_STAMP) ## Run the tests on a PostgreSQL of their own: ARGS="-k match"
	$(BIN)/python -m pytest $(ARGS)

.PHONY: check
check: lint types imports dependencies contract schema coverage ## Everything that CI holds

.PHONY: lint
lint: $(DEV_STAMP) ## Style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check --diff

.PHONY: types
types: $(DEV_STAMP) ## Types, strictly
	$(BIN)/mypy

.PHONY: imports
imports: $(DEV_STAMP) ## Imports follow the layers
	$(BIN)/lint-imports

.PHONY: dependencies
dependencies: $(DEV_STAMP) ## Every dependency is used and declared
	$(BIN)/deptry .

.PHONY: contract
contract: $(DEV_STAMP) ## The committed contract is what the code answers, and is valid OpenAPI
	$(BIN)/hub openapi --check
	$(BIN)/openapi-spec-validator openapi/openapi.v1.json

.PHONY: schema
schema: $(DEV_STAMP) ## Migrations go up, down and up again, and make what the models say
	$(BIN)/python -m tests.judges.migrations

.PHONY: coverage
coverage: $(DEV_STAMP) ## The tests with coverage by branch
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term:skip-covered $(ARGS)"
	$(BIN)/coverage report --include='app/domain/*,app/matching/*' --fail-under=100 --skip-covered

.PHONY: exercised
exercised: $(DEV_STAMP) ## A whole run that lists declared answers which no test brought about, and fails on any
	@$(MAKE) --no-print-directory test ARGS="--exercised $(ARGS)"

.PHONY: judges
judges: ## Spectral and Redocly on the committed contract (needs npm)
	cd tests/judges && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cd tests/judges && npm run --silent spectral
	cd tests/judges && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npm run --silent redocly

.PHONY: openapi
openapi: $(RUNTIME_STAMP) ## Write openapi/openapi.v1.json from the code
	$(BIN)/hub openapi

.PHONY: bench
bench: $(RUNTIME_STAMP) ## Quality of the ranking: ARGS="DIR --taxonomy DIR"
	$(BIN)/hub bench quality $(ARGS)

.PHONY: format
format: $(DEV_STAMP) ## Format and fix what can be fixed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: lock
lock: $(DEV_STAMP) ## Choose versions anew and lock them with hashes
	$(COMPILE) --output-file $(RUNTIME) pyproject.toml requirements/build.in
	$(COMPILE) --output-file $(DEV) --constraint $(RUNTIME) pyproject.toml requirements/build.in requirements/dev.in

.PHONY: lock-judges
lock-judges: ## Choose versions of the npm linters anew; the lock names no host
	cd tests/judges && npm update --save --save-exact --package-lock-only --ignore-scripts --no-audit --no-fund
	python3 tests/judges/strip_lock.py

COMPILE = $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: clean
clean: ## Remove what was made, but no data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov
	rm -rf tests/judges/node_modules

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME_STAMP): | $(BIN)/python
	@echo "Installing what running needs (about half a minute)"
	@$(INSTALL) $(RUNTIME)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.runtime-*
	@touch $@

$(DEV_STAMP): $(RUNTIME_STAMP)
	@echo "Installing what developing needs"
	@$(INSTALL) $(DEV)
	@rm -f $(VENV)/.dev-*
	@touch $@
