# `make` installs, builds, checks, answers three questions and leaves the interactive graph.
# `make test` runs everything that CI runs, `make quick` what takes a minute.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/taawun
# Whatever the surroundings say: the many processes of the tests compile no module twice.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: all install test quick lint coverage clean

all: install
	@$(RUN) build
	@$(RUN) check --format table
	@echo
	@for question in postal-ecommerce-signatories agreed-but-not-signed talks-without-agreement; do \
		$(BIN)/python -m taawun questions --format tsv | grep "^$$question	" | cut -f3; \
		$(RUN) ask $$question --why --format table || exit 1; \
		echo; \
	done
	@$(RUN) explore -o taawun.html
	@echo "Open taawun.html in a browser (no network needed), or: $(RUN) explore --open"

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Taawun needs Python 3.11 or newer; say make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make virtual environments here: install the package python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# What compiles against a Debian package.
$(VENV)/.icu: $(VENV)/.tested tests/requirements-icu.txt
	@tests/debian-packages
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-icu.txt
	@touch $@

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p build/typecheck && ln -sfn ../.. build/typecheck/taawun
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32

# Each file of tests is run by one of the two processes: what its tests share is made once.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder

test: lint $(VENV)/.icu
	@tests/debian-packages
	$(BIN)/python -m pytest $(SHARED) --cov --cov-report=term

# Lint, types and the tests that are fast and need no browser, Java, npm or Virtuoso.
quick: lint
	$(BIN)/python -m pytest $(SHARED) \
		-m "not (browser or java or node or virtuoso or slow)"

# Which lines the quick tests reach, in this process alone, by file.
coverage: $(VENV)/.tested
	$(BIN)/python -m pytest $(SHARED) --cov --cov-report= \
		-m "not (browser or java or node or virtuoso or slow)"
	$(BIN)/coverage report --format=text --skip-covered

clean:
	rm -rf $(VENV) build dist *.egg-info taawun.html

.PHONY: messages docs
messages: $(VENV)/.tested
	@$(BIN)/pybabel --quiet compile --domain taawun --directory messages/locale

docs: $(VENV)/.tested
	@for page in ontology questions messages; do \
		$(BIN)/python docs/generated_pages.py $$page > docs/$$page.md || exit 1; \
	done
	@rm -rf build/docs
	@$(BIN)/sphinx-build -q -W --keep-going -b html -d build/doctrees/en docs build/docs/en
	@$(BIN)/sphinx-build -q -W --keep-going -b html -d build/doctrees/ar -t ar docs build/docs/ar
	@cp docs/_static/languages.html build/docs/index.html

# The package in dist/. With TEXTS=no it has no whole document, only the quoted stretches.
TEXTS ?= yes
.PHONY: wheel
wheel: $(VENV)/.installed
	@rm -rf build/wheel && mkdir -p build/wheel && git archive HEAD | tar -x -C build/wheel
	@test "$(TEXTS)" = yes || $(BIN)/python -m taawun.loaders.editing.quotes_only build/wheel/seeds
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist build/wheel
	@rm -rf build/wheel

# make release VERSION=0.2.0: the version, the section of the changelog, the wheel and the tag.
.PHONY: release
release: test
	@test -n "$(VERSION)" || { echo "name the version: make release VERSION=0.2.0"; exit 2; }
	@test -z "$$(git status --porcelain)" || { echo "commit or stash your changes first"; exit 2; }
	@perl -pi -e 's/^version = ".*"/version = "$(VERSION)"/' pyproject.toml
	@perl -pi -e 's/^## \[Unreleased\]$$/## [Unreleased]\n\n## [$(VERSION)] - '$$(date +%F)'/' CHANGELOG.md
	git commit --quiet --all --message "Release $(VERSION)"
	@$(MAKE) wheel
	git tag --annotate v$(VERSION) --message "Taawun $(VERSION)"
	@echo "dist/ has the wheel; push the commit and the tag v$(VERSION)"
