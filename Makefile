# Hirfa: `make run` serves the demo shop, `make test` proves it. Everything else is listed by `make help`.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test test-fast check bench lock messages clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

.venv/run.stamp: requirements.lock pyproject.toml hatch_build.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock requirements-clients.lock
	$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	$(BIN)/pip install -q --require-hashes --no-deps -r requirements-clients.lock
	@touch $@

run: .venv/run.stamp  ## serve the demo shop at http://127.0.0.1:8000 (PORT=… changes it)
	@HIRFA_PORT=$(PORT) $(BIN)/hirfa run --demo

test: .venv/dev.stamp  ## every check and every test, on SQLite and PostgreSQL, in Chromium
	@scripts/install-test-machine
	@$(MAKE) --no-print-directory check
	@scripts/test

test-fast: .venv/dev.stamp  ## the tests that need neither a browser nor PostgreSQL
	@$(BIN)/pytest -q -n 2 -m "not browser and not slow"

check: .venv/dev.stamp  ## ruff, mypy --strict, import-linter, djlint, catalogues
	@scripts/check

bench: .venv/dev.stamp  ## ratios measured in one run, written to bench/latest.json
	@$(BIN)/python -m bench

lock: .venv/dev.stamp  ## write the lock files anew
	@scripts/lock

messages: .venv/run.stamp  ## compile the message catalogues
	@$(BIN)/python -m shop.plumbing.catalogues

clean:  ## remove what the other targets made (the demo data too)
	rm -rf .venv instance
