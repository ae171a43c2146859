# Everything happens in .venv, which is built from constraints.txt when it is missing or out of date.
PYTHON ?= python3
export HF_HUB_OFFLINE ?= 1

READY := .venv/.ready
BIN := .venv/bin

.PHONY: demo test check translations bench faults fuzz clean

demo: $(READY)
	$(BIN)/naba demo

test: check
	$(BIN)/pytest --numprocesses 2

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.vulnerabilities

translations: $(READY)
	$(BIN)/pybabel -q extract -F pyproject.toml -k Message --no-location --sort-output -o .pages.pot annotation training
	for language in he ar; do $(BIN)/pybabel -q update -i .pages.pot -l $$language --no-fuzzy-matching --ignore-obsolete \
	    --ignore-pot-creation-date -w 100 -o annotation/page/translations/$$language.po; done
	rm .pages.pot

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

faults: $(READY)
	$(BIN)/pytest tests/faults --long $(if $(SEED),--fault-seed=$(SEED)) $(if $(ONLY),-k "$(ONLY)") \
	    $(if $(REST),--rest) --timeout=0

SECONDS ?= 600
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

clean:
	-$(BIN)/naba serve --stop
	rm -rf .venv workspace outputs multirun .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "naba needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install -qq -c constraints.txt -e '.[studio,dev]'
	touch $@
