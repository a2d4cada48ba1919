# SPDX-License-Identifier: GPL-2.0-or-later
# The two commands: `make demo` and `make test`. Both set up what is missing first.

SHELL := /bin/bash
BIN := .venv/bin

.PHONY: help setup demo test test-long check format clean

help:
	@echo "make demo    set up, then review two example series on a real kernel"
	@echo "make test    set up, then all tests: real git, real kernel builds, real boots"
	@echo "make test-long  the tests that make test leaves out: whole kernels more, and an hour"
	@echo "make check   the fast part: lint, types, import contracts, unit tests"
	@echo "make setup   only install what is missing"

setup:
	@scripts/setup.sh

demo: setup
	@scripts/demo.sh

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q -n 2 -m "not kernel and not build and not boot"

test: check
	$(BIN)/pytest -q -m "(kernel or build or boot) and not long"

test-long: setup
	$(BIN)/pytest -q -m long

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
