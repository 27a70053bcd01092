# Every target makes what it needs in .venv (tools/bootstrap.sh); nothing else on the machine is touched.
PYTHON_BIN = .venv/bin/python
COMPOSE = docker compose --env-file .env --file docker/compose.yml
# Compiled once, also where the environment asks Python not to keep what it compiled: tests start many processes.
unexport PYTHONDONTWRITEBYTECODE
# All cores; the order of tests must not matter.
PYTEST = $(PYTHON_BIN) -m pytest -q -n auto --dist worksteal
PYTEST_ARGS =
# Collects only; `make gate` judges, so that failing tests and a missed gate are told apart.
COVERED = --cov --cov-report= --cov-fail-under=0

.PHONY: help demo test check lint types imports gate docs bench doctor up down

help: ## say what each target does
	@grep -hE '^[a-z]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

demo: ## a year of one customer, on SQLite and a manual clock: from an order to a running service and its end
	@tools/bootstrap.sh demo
	@.venv/bin/larabill demo

test: ## all tests; databases and servers that do not run here are skipped and named
	@tools/bootstrap.sh test
	@$(PYTEST) $(PYTEST_ARGS)

check: lint types imports ## lint, types, import rules, and all tests with the coverage gate
	@rm -f .coverage .coverage.*
	@$(MAKE) --no-print-directory test PYTEST_ARGS="$(COVERED)"
	@$(MAKE) --no-print-directory gate

lint: ## ruff: rules and format
	@tools/bootstrap.sh test
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m ruff format --check .

types: ## mypy --strict
	@tools/bootstrap.sh test
	@$(PYTHON_BIN) -m mypy --strict

imports: ## the import rules of the architecture
	@tools/bootstrap.sh test
	@.venv/bin/lint-imports

gate: ## the coverage gate over the data of the last run with --cov
	@tools/bootstrap.sh test
	@$(PYTHON_BIN) -m coverage report

docs: ## the documentation as HTML in build/docs
	@tools/bootstrap.sh docs
	@$(PYTHON_BIN) -m sphinx -q -W --keep-going docs build/docs
	@echo "build/docs/index.html"

bench: ## the benchmarks
	@tools/bootstrap.sh test
	@$(PYTHON_BIN) -m benchmarks

doctor: ## what is wrong with this installation, and how to mend it
	@tools/bootstrap.sh demo
	@.venv/bin/larabill doctor

up: .env ## app, MySQL, Redis and Mailpit in containers, on loopback only
	@$(COMPOSE) up --build --detach --wait

down: .env ## stop them; the data stay
	@$(COMPOSE) down

.env:
	@echo "Copy .env.example to .env and fill it in; it says what each line is for."; exit 1
