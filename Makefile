# The only entry. Each target does all the set-up it needs, from a bare clone.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PYTHONUNBUFFERED := 1
PY := .venv/bin/python
say = @printf '\033[1m==> %s\033[0m\n'

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up: each file below is made when missing or older than what it is made from ----------

.tools/bin/uv:
	$(say) "Getting uv, which installs the locked environment"
	@python=$$(.ci/find-python) && .ci/make-tools "$$python"

.venv/.synced: pyproject.toml uv.lock .python-version .tools/bin/uv
	$(say) "Installing the locked environment into .venv (the first time takes a minute)"
	@python=$$(.ci/find-python) && { .tools/bin/uv sync --locked --quiet --python "$$python" \
	    || .tools/bin/uv sync --locked --quiet --python "$$python" --system-certs; } # a network's own authority
	@touch $@

.venv/.pango: .venv/.synced
	$(say) "Looking for Pango, which draws the letters"
	@.ci/have-pango
	@touch $@

node_modules/.done: package.json package-lock.json .venv/.synced
	$(say) "Installing the browser's packages"
	@.ci/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: setup
setup: .venv/.synced .venv/.pango node_modules/.done ## install everything; the other targets do it by themselves
	@$(PY) -m eqfund.translations compile

# --- use ---------------------------------------------------------------------------------------

.PHONY: run
run: setup ## services, migrations, demo data, web on http://localhost:8000, worker and beat; Ctrl-C stops all
	@exec $(PY) manage.py serve

.PHONY: story
story: setup ## play the whole term 1/2569 and print the book of what happened
	$(say) "The story of term 1/2569"
	@$(PY) manage.py story $(if $(CI),--pages)

.PHONY: bench
bench: setup ## the performance table, each figure beside its lower bound
	$(say) "Bench"
	@$(PY) manage.py bench

# --- quality -----------------------------------------------------------------------------------

.PHONY: test
test: setup ## all tests but the browser's
	$(say) "Tests"
	@$(PY) -m pytest -m "not browser" -n 2 --dist worksteal $(ARGS)

.PHONY: browser
browser: setup ## the journeys in a real browser
	@.ci/have-chromium
	$(say) "Browser journeys"
	@$(PY) -m pytest -m browser tests/browser -n 2 $(ARGS)

.PHONY: check
check: setup ## every linter and contract; runs all, reports all
	$(say) "Checks"
	@$(PY) .ci/check.py

.PHONY: fix
fix: .venv/.synced ## format the code and repair what tools can repair
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format --quiet .
	@git ls-files '*.html' | xargs -r .venv/bin/djade --target-version 6.1 || true
	@git ls-files '*.py' | xargs -r .venv/bin/django-upgrade --target-version 6.1 || true

.PHONY: docs
docs: setup ## write docs/states.md, docs/roles.md and docs/personal-data.md from the code
	@$(PY) manage.py draw_states > docs/states.md.new && mv docs/states.md.new docs/states.md
	@$(PY) manage.py draw_roles > docs/roles.md.new && mv docs/roles.md.new docs/roles.md
	@$(PY) manage.py draw_personal_data > docs/personal-data.md.new && mv docs/personal-data.md.new docs/personal-data.md

.PHONY: ci
ci: setup ## check + test + story + browser; goes on after a failure and reports all
	@status=0; \
	$(MAKE) --keep-going -j2 --output-sync=target check story || status=$$?; \
	$(MAKE) --keep-going test browser || status=$$?; \
	exit $$status
