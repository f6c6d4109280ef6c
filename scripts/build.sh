#!/usr/bin/env bash
# The release binary, with the site in it.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
scripts/setup.sh
scripts/wasm.sh
cargo build --release
