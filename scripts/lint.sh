#!/usr/bin/env bash
# Formatting and lints. The app is two programs, so it is linted twice: for the server and for the browser.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
cargo fmt --all --check
host=(-p domain -p paper -p store -p countersign -p app --features app/ssr)
cargo clippy "${host[@]}" -- -D warnings
# A test may unwrap: that is how it fails.
cargo clippy "${host[@]}" --tests -- -D warnings -A clippy::unwrap_used -A clippy::expect_used
cargo clippy -p app --lib --no-default-features --features hydrate --target $WASM -- -D warnings
if have cargo-deny; then
    # The advisory list cannot be fetched everywhere: licences, bans and sources are checked without it.
    cargo deny --offline check licenses bans sources
else
    echo "cargo-deny is not installed: licences and duplicates were not checked"
fi
