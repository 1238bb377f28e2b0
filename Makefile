# Python 3.11 or later and make are all that is needed; `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
PLAN := analysis/plans/demo.toml
REPORT := reports/demo

.DEFAULT_GOAL := help
.PHONY: help setup report test lint lab bench manual calibrate conformance lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv with the locked packages (done by the others when needed)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

report: $(READY) ## Render the demo plan into reports/demo
	$(VENV)/bin/afterglow report $(PLAN) -o $(REPORT)

test: lint ## Lint, then run all tests
	$(PY) -m pytest -n 2 --dist worksteal

lint: $(READY) ## Check style, format and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

lab: $(READY) ## Open the notebooks in JupyterLab
	$(PY) -m jupyterlab --notebook-dir=notebooks

bench: $(READY) ## Time reading, walking and estimating
	$(PY) tests/bench/run.py

manual: $(READY) ## Write analysis/ENDPOINTS.md, BOOSTERS.md and CONVENTIONS.md from what they are made of
	$(PY) tests/spec/render_manual.py
	$(PY) tests/spec/render_boosters.py
	$(PY) tests/spec/render_conventions.py

calibrate: $(READY) ## Simulate coverage and error of every interval and test
	$(PY) tests/calibrate/run.py

conformance: $(READY) ## Compare with R again and write the table of agreement
	rm -rf build/conformance
	AFTERGLOW_CONFORMANCE=build/conformance $(PY) -m pytest -q tests/reference
	$(PY) tests/reference/write_conformance.py build/conformance

lock: $(READY) ## Resolve the versions anew into requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock

clean: ## Remove what the other targets made, reports included
	rm -rf $(VENV) $(REPORT) build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find analysis tests -name __pycache__ -prune -exec rm -rf {} +
