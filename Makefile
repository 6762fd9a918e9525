# README.md tells what each of these is for.

TOOLS := .dataconnect/tools
TARGET := $(or $(CARGO_TARGET_DIR),target)
LOCAL := $(TARGET)/debug/dataconnect-local

.PHONY: run test token tools

# One selection of packages, the whole workspace, for every build: another would compile the AWS SDK with other features.
run: $(TOOLS)/cargo-lambda.txt
	@cargo build --workspace
	@exec $(LOCAL) run $(RUN_ARGS)

test: $(TOOLS)/cargo-lambda.txt $(TOOLS)/check.txt
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --workspace -- --include-ignored
	$(TOOLS)/bin/python infra/check/check.py

token:
	@test -n "$(NAME)" || { echo "Name the token: make token NAME=wfx-2026" >&2; exit 1; }
	@cargo build --quiet --workspace
	@$(LOCAL) token "$(NAME)"

tools: $(TOOLS)/cargo-lambda.txt

# Each list of Python packages is installed once, and again when it changes.
$(TOOLS)/cargo-lambda.txt: infra/local/requirements.txt | $(TOOLS)/bin/python
	@echo "Installing cargo-lambda into $(TOOLS)"
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(TOOLS)/check.txt: infra/check/requirements.txt | $(TOOLS)/bin/python
	@echo "Installing the template's linters into $(TOOLS)"
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@cp $< $@

$(TOOLS)/bin/python:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup (https://rustup.rs)." >&2; exit 1; }
	@command -v python3 >/dev/null || { echo "Python 3 is missing: install python3 (on Debian and Ubuntu, python3-venv too)." >&2; exit 1; }
	@python3 -m venv $(TOOLS) || { echo "python3 makes no virtual environment: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
