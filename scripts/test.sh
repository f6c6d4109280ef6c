#!/usr/bin/env bash
# Everything: format, lints, tests of all rooms on a real Postgres, and the browser journeys.
# SKIP_BROWSER=1 leaves the browser out and says so; SKIP_FUZZ=1 the fuzzing of the API.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/postgres.sh"
cd "$ROOT"

step() { say "== $* (after ${SECONDS} s)"; }

step "setup"
DATABASE_URL='' scripts/setup.sh

step "format and lints"
scripts/lint.sh

step "islands"
scripts/wasm.sh

step "tests of domain, paper, store, app and the program"
throw_away_postgres
packages=(-p domain -p paper -p store -p countersign -p app --features app/ssr)
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --no-fail-fast "${packages[@]}"
else
    cargo test --no-fail-fast "${packages[@]}"
fi

# The binary that the tests above were built with. Another `cargo build` would leave out the features that only tests ask
# for, and build the world a second time.
export COUNTERSIGN_BIN=$TARGET/debug/countersign

step "the API: its tour, and a small fuzz"
scripts/api.sh

if [ "${SKIP_BROWSER:-}" = 1 ]; then
    say "The browser journeys were left out (SKIP_BROWSER=1)"
    exit 0
fi

step "browser journeys"
have npm || fail "npm is missing: install Node.js 20 or newer for the browser journeys, or set SKIP_BROWSER=1"
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
    if have apt-get && [ "$(id -u)" = 0 ]; then
        say "Installing Chromium (apt-get install chromium)"
        apt-get update -qq || true
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
        chromium=$(command -v chromium)
    else
        fail "No Chromium: install it, or name it in CHROMIUM"
    fi
fi
export CHROMIUM=$chromium
# The demonstration is played into a database of its own.
"$PG_BIN/createdb" end2end
export DATABASE_URL="postgres://postgres@localhost/end2end?host=$PG_HOME"
cd end2end
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund
npx playwright test
step "all passed"
