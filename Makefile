# Everything a person or CI does here is a target of this file. `make demo` and `make test` set up what they need.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# --- environment -----------------------------------------------------------------------------------------------------

.PHONY: dev
dev: $(VENV)/.installed ## create or refresh .venv from the lock
	@$(BIN)/python -m compileall -q gitprov

# The standard library makes the environment, pip brings uv (by hash), uv does the rest. Byte code is compiled here
# because the calling environment may forbid Python to write it later.
$(VENV)/.locked: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'gitprov needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode $(LOCK)
	touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml gitprov/__init__.py
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: lock
lock: $(VENV)/.locked ## resolve the dependencies again
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --all-extras --group dev pyproject.toml --output-file $(LOCK)

.PHONY: clean
clean: ## remove everything that is made
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# --- what it is for --------------------------------------------------------------------------------------------------

demo tour bench: export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo
demo: dev ## the tour: a real model recorded, pushed, restored and explained
	examples/demo.sh

.PHONY: tour
tour: dev ## the same, and README shows what it printed
	examples/demo.sh | python examples/tour.py

# The tests start an SFTP server and a hardware token of software. Without these some are skipped, and say so.
.PHONY: servers
servers: ## install sshd and SoftHSM for the tests, where they are missing and may be installed
	@export PATH="$$PATH:/usr/sbin"; { command -v sshd && command -v softhsm2-util; } >/dev/null \
	  || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends openssh-server softhsm2; }

.PHONY: test
test: dev servers ## every test but those of test-real and test-import
	$(BIN)/pytest -q -n 2 --every-code tests

.PHONY: test-quick
test-quick: TESTS ?= tests/unit tests/cli tests/architecture
test-quick: dev ## the tests that take two minutes, or TESTS=...
	$(BIN)/pytest -q -n 2 $(TESTS)

# Each gets an environment inside of this one. Of one version pyenv may have several.
.PHONY: test-pythons
test-pythons: dev ## test-quick with the other Pythons that pyproject.toml names, where they are found
	@for version in $$(sed -n 's/.*:: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml); do \
	  test -e $(BIN)/python$$version && continue; \
	  for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python; do \
	    python=$$("$$python" -c 'import sys; print(sys.executable)' 2> /dev/null) && break; \
	  done; \
	  test -n "$$python" || { echo "skipped: there is no Python $$version"; continue; }; \
	  $(MAKE) --no-print-directory VENV=$(VENV)/$$version PYTHON=$$python test-quick || exit 1; \
	done

# Writes what it counts into docs/reliability.md.
.PHONY: test-long
test-long: dev ## crashes, faults, power losses and hostile input at full size, for an hour
	TEST_LONG=1 $(BIN)/pytest -q tests/crash tests/flows/hostile

.PHONY: test-remotes
test-remotes: dev servers ## only the tests that start S3 and SFTP servers
	$(BIN)/pytest -q -m remotes tests

# Builds Fulcio, Rekor, a timestamp authority and cosign when first run, which takes ten minutes and Go 1.26.
.PHONY: test-real
test-real: dev ## the tests with a private Sigstore and cosign (needs Go)
	$(BIN)/python -m tests.real.sigstore $(TESTS)

.PHONY: test-import
test-import: dev ## that what MLflow itself makes is imported whole; installs MLflow 2 and 3 when first run
	$(BIN)/python -m tests.real.mlflow $(TESTS)

.PHONY: test-prettier
test-prettier: dev ## that prettier leaves records alone (needs npm)
	$(BIN)/python -m tests.unit.prettier

.PHONY: reliability
reliability: dev ## tampered and honest histories by the hundred through every door; writes docs/reliability.md
	$(BIN)/python -m tests.attacks.corpus.reliability

.PHONY: mutation
mutation: dev ## whether a test fails for each of 300 small changes of check/ and trust/
	nice $(BIN)/python -m tests.mutation --sample 300

.PHONY: mutation-full
mutation-full: dev ## the same for all such changes, for hours; writes docs/mutation.md
	nice $(BIN)/python -m tests.mutation

.PHONY: bench
bench: dev ## the performance claims, side by side with their peers
	python -m benchmarks.run

# --- care ------------------------------------------------------------------------------------------------------------

.PHONY: lint
lint: dev ## everything that reads the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python docs/generate.py --check

.PHONY: fix
fix: dev docs ## mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: dev ## write the pages that follow from the code
	$(BIN)/python docs/generate.py

.PHONY: wheel
wheel: dev ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
