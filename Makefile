# `make run` and `make test` do all set-up; nothing but Python 3.11 or 3.12 and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# torch comes first and alone, so that the resolver does not choose another build of it later.
TORCH := torch==2.13.0

.PHONY: run demo test check test-slow bench eval notebook screenshots clean help

help: ## Show what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else "baken needs Python 3.11 or 3.12; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -qq --constraint constraints.txt $(TORCH)
	$(BIN)/python -m pip install -qq --constraint constraints.txt --editable . --group dev
	@touch $@

run: $(STAMP) ## Install, crawl and analyse the sample world, open the dashboard on 127.0.0.1:8501
	$(BIN)/baken demo
	$(BIN)/baken --project demo dashboard

demo: $(STAMP) ## The same without the dashboard: print the flagged campaigns and end
	$(BIN)/baken demo

test: $(STAMP) ## Install and run the default tests
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

check: $(STAMP) ## Style, types, import floors, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

test-slow: $(STAMP) ## The tests that take minutes each and need real data
	$(BIN)/python -m pytest -m slow -q

eval: $(STAMP) ## Print every quality figure as one table
	$(BIN)/python eval/run.py

bench: $(STAMP) ## Print every speed figure as one table
	$(BIN)/python bench/run.py

screenshots: $(STAMP) ## Take pictures of the five pages of the demo, with headless Chromium
	$(BIN)/python docs/screenshots.py demo

clean: ## Remove the environment and everything the demo wrote
	rm -rf $(VENV) demo
