# `make` alone lists what there is to make.
# Variables: PORT=8000 HOST=127.0.0.1 DEMO=1 ARGS="..." PYTHON=python3.12

INSTALL = @sh config/launch/python.sh config/launch/install.py
RUN = .venv/bin/python
HEARTH = $(RUN) -m config.launch
# Static checks load the settings and never connect.
CHECK = @DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost SECRET_KEY=none
ARGS ?=

.PHONY: help run stop reset manage shell test check bench bench-api bench-pages bench-drift screenshots format lock

help:          ## List the targets
	@sed -n 's/^\([a-z-]*\): *## /\1\t/p' Makefile

run:           ## Start Hearth here, and stop it with Ctrl-C (PORT, HOST, DEMO=0)
	$(INSTALL) run
	@exec $(HEARTH) run

stop:          ## Stop Hearth
	$(INSTALL) run
	@$(HEARTH) stop

reset:         ## Delete this checkout's data (asks first; YES=1 does not ask)
	$(INSTALL) run
	@$(HEARTH) reset

manage:        ## Run a management command: make manage ARGS="load_log FILE"
	$(INSTALL) run
	@$(HEARTH) exec -- $(RUN) manage.py $(ARGS)

shell:         ## Open a Python shell with Hearth's models
	$(INSTALL) run
	@$(HEARTH) exec -- $(RUN) manage.py shell

test:          ## Run all tests on servers of their own (ARGS go to pytest)
	$(INSTALL) dev
	@$(RUN) -m pytest -n 2 $(ARGS)

check:         ## Run all static checks
	$(INSTALL) dev
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	$(CHECK) $(RUN) -m mypy
	$(CHECK) $(RUN) -W ignore manage.py makemigrations --check --dry-run
	@PYTHONPATH=. $(RUN) .venv/bin/lint-imports
	@$(RUN) -m djlint templates --lint --quiet

bench:         ## Run the benchmarks and print what they measure
	$(INSTALL) dev
	@$(RUN) -m tests.bench $(ARGS)

bench-api:     ## Measure how fast events come in (ARGS="single lag batches memory --help")
	$(INSTALL) run
	@$(RUN) -m tests.bench.bench_api $(ARGS)

bench-pages:   ## Measure every page with the demonstration and with a million (ARGS=100000)
	$(INSTALL) dev
	@$(RUN) -m tests.bench.bench_pages $(ARGS)

bench-drift:   ## Measure Hearth and its peers on real logs (HEARTH_LOGS names their folder)
	$(INSTALL) dev
	@$(RUN) -m tests.bench.drift $(ARGS)

screenshots:   ## Take pictures of every page into docs/ (ARGS="today customer" takes some)
	$(INSTALL) dev
	@$(RUN) -m tests.screenshots $(ARGS)

format:        ## Put code into the one format
	$(INSTALL) dev
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

lock:          ## Renew the lock files from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	@for name in run dev; do \
	    uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate \
	        --python-version 3.11 pyproject.toml $$(test $$name = run || echo --group dev) \
	        --output-file config/locks/$$name.txt || exit 1; \
	done
