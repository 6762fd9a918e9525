# README.md tells what each of these is for.

# Environments of Python packages, each made once from the lists below. The scanners want other versions than SAM does.
TOOLS := .dataconnect/tools
SCANNERS := .dataconnect/scanners
CONTRACT := .dataconnect/contract
REHEARSE := .dataconnect/rehearse
SUPPLY := .dataconnect/supply

TARGET := $(or $(CARGO_TARGET_DIR),target)
LOCAL := $(TARGET)/debug/dataconnect-local

.PHONY: run test valgrind soak bench limits rehearse fuzz supply release token tools

# One selection of packages, the whole workspace, for every build: another would compile the AWS SDK with other features.
run: $(TOOLS)/cargo-lambda.txt
	@cargo build --workspace
	@exec $(LOCAL) run $(RUN_ARGS)

test: valgrind $(TOOLS)/cargo-lambda.txt $(TOOLS)/soak.txt $(TOOLS)/check.txt $(SCANNERS)/scanners.txt $(CONTRACT)/contract.txt
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --workspace -- --include-ignored
	$(TOOLS)/bin/python infra/check/check.py
	$(CONTRACT)/bin/python infra/contract/contract.py

# A test counts instructions with it, on Linux.
valgrind:
	@test "$$(uname)" != Linux || command -v valgrind >/dev/null || { echo "valgrind is missing: on Debian and Ubuntu, install valgrind." >&2; exit 1; }

soak: $(TOOLS)/soak.txt
	cargo build --profile soak --workspace
	@exec $(TARGET)/soak/soak $(SOAK_ARGS)

# The bench alone, in the profile of what is deployed, and without the SDK: it builds what it measures, each with its features.
# Not by `cargo run`, whose variables would have `ring`, and the SDK with it, compiled again.
bench: valgrind
	cargo build --release --locked --package bench
	@exec $(TARGET)/release/bench $(BENCH_ARGS)

# The sizes and the instruction counts, which no load on the machine changes, against their limits.
limits: valgrind
	cargo build --release --locked --package bench
	@exec $(TARGET)/release/bench --check

rehearse: $(TOOLS)/cargo-lambda.txt $(TOOLS)/check.txt $(REHEARSE)/rehearse.txt
	$(REHEARSE)/bin/python infra/rehearse/rehearse.py

# Seconds for each target.
FUZZ_SECONDS := 60

fuzz:
	python3 tests/fuzz/fuzz.py --seconds $(FUZZ_SECONDS)

supply: $(SUPPLY)/supply.txt
	$(SUPPLY)/bin/python infra/supply/supply.py

release: $(TOOLS)/cargo-lambda.txt
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo lambda build --release --arm64 --package functions
	@ls -l $(TARGET)/lambda/*/bootstrap | awk '{ printf "%9d bytes  %s\n", $$5, $$NF }'

token:
	@test -n "$(NAME)" || { echo "Name the token: make token NAME=wfx-2026" >&2; exit 1; }
	@cargo build --quiet --workspace
	@$(TARGET)/debug/dataconnect token new --name "$(NAME)"

# What it takes to build and deploy: cargo-lambda and the SAM CLI.
tools: $(TOOLS)/cargo-lambda.txt $(TOOLS)/check.txt

# A list is installed once, and again when it changes.
define install
@echo "Installing $< into $(@D)"
@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
@cp $< $@
endef

$(TOOLS)/cargo-lambda.txt: infra/local/requirements.txt | $(TOOLS)/bin/python
	$(install)

$(TOOLS)/soak.txt: tests/requirements.txt | $(TOOLS)/bin/python
	$(install)

$(TOOLS)/check.txt: infra/check/requirements.txt | $(TOOLS)/bin/python
	$(install)

$(SCANNERS)/scanners.txt: infra/check/scanners.txt | $(SCANNERS)/bin/python
	$(install)

$(CONTRACT)/contract.txt: infra/contract/requirements.txt | $(CONTRACT)/bin/python
	$(install)

$(REHEARSE)/rehearse.txt: infra/rehearse/requirements.txt | $(REHEARSE)/bin/python
	$(install)

$(SUPPLY)/supply.txt: infra/supply/requirements.txt | $(SUPPLY)/bin/python
	$(install)

.dataconnect/%/bin/python:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup (https://rustup.rs)." >&2; exit 1; }
	@command -v python3 >/dev/null || { echo "Python 3 is missing: install python3 (on Debian and Ubuntu, python3-venv too)." >&2; exit 1; }
	@python3 -m venv .dataconnect/$* || { echo "python3 makes no virtual environment: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
