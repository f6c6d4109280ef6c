# Everything a person types. The work is in scripts/, which say what they install.
# CARGO_TARGET_DIR is honoured; ARGS goes to the program: make run ARGS="--listen 0.0.0.0:3000".

SHELL := bash
ARGS ?=
SIZE ?= 1000

.PHONY: run demo test build setup bench fuzz fmt lint sqlx help

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/'

run: ## build, then serve on http://127.0.0.1:3000 with a private Postgres in ./var
	@scripts/build.sh
	@. scripts/env.sh && exec "$$TARGET/release/countersign" serve $(ARGS)

demo: ## the same with a demonstration organisation, in ./var/demo
	@scripts/build.sh
	@. scripts/env.sh && exec "$$TARGET/release/countersign" demo $(ARGS)

test: ## everything: format, lints, unit, store, server and browser tests
	@scripts/test.sh

build: ## the release binary with the site in it
	@scripts/build.sh

setup: ## install what building and running need
	@scripts/setup.sh

bench: ## speed, printed; SIZE=10000 for a large register, ARGS=--readme to keep it
	@scripts/build.sh
	@SIZE=$(SIZE) scripts/bench.sh $(ARGS)

fuzz: ## hold the API against its document, at length, and the readers of evidence against any bytes
	@scripts/fuzz_readers.sh
	@cargo build
	@scripts/fuzz.sh large

fmt: ## format the code
	@cargo fmt --all

lint: ## formatting and lints, for the host and for wasm
	@scripts/lint.sh

sqlx: ## write the cache that sqlx::query! is checked against
	@scripts/sqlx.sh
