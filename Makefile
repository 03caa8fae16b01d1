# Everything a newcomer, a developer and CI run. `make help` lists it.
#
# Set-up lives in .venv and is remembered by stamp files there: deleting .venv starts afresh, and a
# second `make run` installs nothing. No environment needs to be active, and an active one is not
# touched.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
PYTEST := $(PY) -m pytest
WORKERS := -n 3 --dist worksteal
BIN := $(VENV)/bin

PACKAGES := ecs schema systems net persistence ringfall
CODE := $(wildcard $(PACKAGES) tools tests benchmarks hatch_build.py)

# What `make run` hands to `ringfall serve`, as in: make run ARGS="--bots 60 --http-port 9000"
ARGS ?= --bots 30
# What `make test-python` hands to pytest besides: make test-python TESTS="tests/net -x"
TESTS ?=
# What `make prediction` bakes, as in: make prediction STEPS="--steps 5000000 --seed 7"
STEPS ?=
# What `make kills` is given, as in: make kills KILLS="--kills 30 --seed 7"
KILLS ?=

# An active environment, or a user-wide install, must not leak into this one. Nor the wish for no
# byte code: the tests start a hundred processes, and each would compile all sources again.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
unexport PYTHONDONTWRITEBYTECODE

# A .venv whose Python is gone or too old, or that was copied from elsewhere (its scripts still name
# the old place, which .made remembers), is made again.
VENV_USABLE := $(shell \
	home=$$(cat $(VENV)/.made 2>/dev/null || pwd -P); \
	[ "$$home" = "$$(pwd -P)" ] && [ -x $(PY) ] && \
	$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes)
ifneq ($(VENV_USABLE),yes)
VENV_REMAKE := remake-venv
endif

# --- Set-up --------------------------------------------------------------------------------

.PHONY: remake-venv
remake-venv:

$(VENV)/.made: $(VENV_REMAKE)
	@if [ -n "$(VENV_REMAKE)" ]; then \
		python=$$(PYTHON="$(PYTHON)" sh tools/find_python.sh) || exit 1; \
		echo "==> creating $(VENV) with $$python"; \
		rm -rf $(VENV); \
		"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
	fi
	@pwd -P > $@

# Hashes decide whether npm really runs; this is cheap when nothing changed.
.PHONY: client
client: $(VENV)/.made
	@if [ ! -f client/package.json ]; then \
		echo "ringfall: client/package.json is missing: this checkout is incomplete" >&2; exit 1; fi
	@if $(PY) -m tools.client_build needs-wheel; then \
		echo "==> no Node.js here that is new enough: taking the one PyPI carries"; \
		$(PIP) install --quiet "$$($(PY) -c 'from tools.client_build import NODE_WHEEL as w; print(w)')"; \
	fi
	@$(PY) -m tools.client_build build

# The client first: the build hook then finds it current, and npm's output is seen as it comes.
$(VENV)/.installed: $(VENV)/.made pyproject.toml hatch_build.py ringfall/__init__.py | client
	@echo "==> installing Ringfall into $(VENV) (a few minutes the first time)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml hatch_build.py ringfall/__init__.py | client
	@echo "==> installing Ringfall and what its tests need into $(VENV)" \
		"(a few minutes the first time)"
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.installed $@

.PHONY: setup setup-dev
setup: client $(VENV)/.installed ## install into .venv and build the client
setup-dev: client $(VENV)/.installed-dev ## the same, with everything the tests need

# --- Run -----------------------------------------------------------------------------------

.PHONY: run
run: setup ## start a server with 30 bots and print the address of the page
	@$(BIN)/ringfall warm
	@exec $(BIN)/ringfall serve $(ARGS)

# --- The gate ------------------------------------------------------------------------------

.PHONY: test check check-alone kernels format format-check lint types layers lint-determinism \
	test-python test-client prediction
test: setup-dev ## set everything up, then the whole gate
	@$(MAKE) --no-print-directory check

# What keeps one core busy goes two at a time, and says what it has to say when it is through. The
# Python tests keep both busy and come last: the kernels are compiled by then, once.
check: setup-dev ## the whole gate
	@$(MAKE) --no-print-directory -j 2 $(if $(filter output-sync,$(.FEATURES)),-O) check-alone
	@$(MAKE) --no-print-directory test-python
	@echo "==> gate passed"

check-alone: kernels types test-client prediction layers lint-determinism lint format-check

kernels: setup-dev
	@echo "==> kernels: compiled or found"
	@$(BIN)/ringfall warm

format: setup-dev ## rewrite the code in the house format
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

format-check: setup-dev
	@echo "==> ruff format"
	@$(BIN)/ruff format --check $(CODE)

lint: setup-dev
	@echo "==> ruff check"
	@$(BIN)/ruff check $(CODE)
	@echo "==> tombi: balance files against their schemas"
	@$(BIN)/tombi lint --offline --quiet data/balance

types: setup-dev
	@echo "==> mypy --strict"
	@$(BIN)/mypy

layers: setup-dev
	@echo "==> import-linter"
	@$(BIN)/lint-imports --no-logo

lint-determinism: setup-dev
	@echo "==> determinism lint"
	@$(PY) -m tools.lint_determinism ecs schema systems

# Three workers for the two cores of the smallest machine this runs on: many tests wait for servers
# and deadlines. Each gets a part of the tests in their order, so that what a file shares is made
# once, and takes from the end of another's part when it is through.
test-python: setup-dev
	@echo "==> pytest"
	@$(PYTEST) $(WORKERS) $(TESTS)

test-client: setup-dev
	@echo "==> client: types, lint and tests"
	@$(PY) -m tools.client_build npm check
	@$(PY) -m tools.client_build npm test

prediction: kernels ## a million random steps: the client predicts every bit of them
	@echo "==> prediction: the client against the kernels"
	@$(PY) -m tests.prediction.bake --long $(STEPS)
	@$(PY) -m tools.client_build npm prediction

# --- Longer proofs -------------------------------------------------------------------------

.PHONY: bench determinism determinism-long matches siege kills e2e browser smoke test-packaging test-lowest
bench: setup-dev ## benchmarks (never part of the gate)
	@mkdir -p build
	@$(PYTEST) -o addopts="--import-mode=importlib" benchmarks --benchmark-only \
		--benchmark-json=build/benchmarks.json

determinism: setup-dev ## one recorded match, the same hashes in every mode
	@$(PYTEST) -m "slow or not slow" tests/determinism

determinism-long: setup-dev ## whole matches from ten seeds in the modes of one process
	@$(PY) -m tests.determinism.long

matches: setup-dev ## thousands of random matches, what must hold judged after every tick
	@$(PYTEST) $(WORKERS) -m slow tests/systems

siege: setup-dev ## a million fuzzed frames and ten thousand dropped connections
	@$(PY) -m tests.server.siege

kills: setup-dev ## two hundred kills of a server with a match of 100 bots and 20 clients
	@$(PY) -m tests.server.kills $(KILLS)

e2e: setup-dev ## start the real server and play on it
	@$(PYTEST) -m e2e tests

browser: setup-dev ## play on the real server in a headless Chromium, one and two at a time
	@$(PYTEST) -n 0 -m browser tests/browser

smoke: setup-dev ## serve, join, screenshot a running match in headless Chromium
	@$(PY) -m tools.smoke

test-packaging: setup-dev ## build the wheel, install it elsewhere, run it there
	@$(PYTEST) -m "slow or not slow" tests/packaging

# An environment of its own, with the oldest releases pyproject.toml promises to work with.
test-lowest: setup-dev ## run the Python tests against the lowest dependency versions
	@test -x $(VENV)-lowest/bin/python || $(PY) -m venv $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --disable-pip-version-check --quiet \
		--constraint tools/constraints-lowest.txt --editable '.[dev]'
	@$(VENV)-lowest/bin/ringfall warm
	@$(VENV)-lowest/bin/python -m pytest $(WORKERS) $(TESTS)

# --- Housekeeping --------------------------------------------------------------------------

.PHONY: clean help
clean: ## remove everything that was built or installed here
	@rm -rf $(VENV) $(VENV)-lowest build dist client/dist client/node_modules
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	@find $(wildcard $(PACKAGES) tools tests benchmarks) -name __pycache__ -type d \
		-prune -exec rm -rf {} +

help: ## this list
	@echo "Ringfall. Start here: make run, then open the address it prints."
	@echo
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-22s %s\n' "$$name" "$$text"; done
