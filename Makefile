# Two commands set everything up: `make run` and `make test`. They need Python 3.11+ and make, nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := run
# A start takes half a second of processor instead of two when Python may keep what it translated (git ignores it).
unexport PYTHONDONTWRITEBYTECODE
.PHONY: run test lint bench torture screenshots lock clean

UV := 0.13.9
VENV := .venv
PY := $(VENV)/bin/python
# Adds and changes but takes nothing away: `make run` must not undo `make test`.
SYNC := UV_HTTP_TIMEOUT=120 UV_NO_PROGRESS=1 VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/uv pip install --quiet --require-hashes --python $(PY)
# pip knows package mirrors from its own configuration, so it is the second try.
INSTALL := $(PY) -m pip install --disable-pip-version-check --quiet --require-hashes
LOCKED := UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links
WORKERS ?= 2
BROWSERLESS := $(if $(filter 1 true yes,$(SKIP_BROWSER)),-m "not browser",)

run: $(VENV)/.run
	@exec $(PY) manage.py run

test: $(VENV)/.test
	@if [ -n "$(SKIP_BROWSER)" ] && [ -n "$$CI" ]; then echo "error: SKIP_BROWSER is not for CI" >&2; exit 2; fi
	@$(PY) tools/translations.py compile >/dev/null
	@if [ -z '$(BROWSERLESS)' ]; then CHROMIUM="$$($(PY) -m helpdesk.launch.browser)" || exit 1; export CHROMIUM; fi; \
	exec $(PY) -m pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(BROWSERLESS) $(ARGS)

lint: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/translations.py check

bench: $(VENV)/.run
	$(PY) -m bench $(ARGS)
	$(if $(ARGS),,$(PY) -m bench.chat --connects 20000)
	$(if $(ARGS),,$(PY) -m bench.history)

torture: $(VENV)/.test
	$(PY) -m tests.torture $(if $(STAGE),--stage $(STAGE)) $(if $(SCALE),--scale $(SCALE))

screenshots: $(VENV)/.test
	$(PY) tools/screenshots.py $(ARGS)

lock: $(VENV)/.uv-$(UV)
	$(LOCKED) requirements.in -o requirements.txt
	$(LOCKED) requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV)

$(VENV)/.uv-$(UV):
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "error: Python 3.11 or newer is needed; say which: make run PYTHON=/path/to/python3" >&2; exit 1; fi; \
	[ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || { \
		echo "Python: $$("$$found" --version) in $(VENV)"; \
		rm -rf $(VENV); \
		"$$found" -m venv $(VENV) || { echo "error: this Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	}
	@$(PY) -m pip install --disable-pip-version-check --quiet --quiet uv==$(UV)
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.uv-$(UV)
	@echo "Packages: installing"
	@$(SYNC) -r requirements.txt || $(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt requirements-dev.txt $(VENV)/.uv-$(UV)
	@echo "Packages: installing, those for tests too"
	@$(SYNC) -r requirements.txt -r requirements-dev.txt || $(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $(VENV)/.run $@
