# Everything runs in .venv; each target sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run demo test check bench soak screenshots
OUT ?= build/demo
PYTHON := .venv/bin/python

help:  ## what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:
	@.ci/setup run

setup-test:
	@.ci/setup test

run: setup  ## open the program
	$(PYTHON) main.py

demo: setup  ## the main job with no screen; leaves everything in OUT (build/demo)
	@$(PYTHON) main.py demo --out $(OUT)

check: setup-test  ## style, types, floors of the house
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) main.py form check forms/*.yaml
	$(PYTHON) main.py policy check policies/*.toml

test: setup-test  ## the whole test suite, but for the long runs
	$(PYTHON) -m pytest -m "not soak"

soak: setup-test  ## the long runs
	$(PYTHON) -m pytest -m soak --timeout=3600

bench: setup-test  ## ratios against the named peers, in one run
	$(PYTHON) -m tests.benchmarks.run

screenshots: setup-test  ## the pages of the sample referral as pictures, in build/screens
	$(PYTHON) tests/benchmarks/screens.py
