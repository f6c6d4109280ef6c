#!/usr/bin/env bash
# The API's tour and a small fuzz, on one demonstration: playing it takes longer than either.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/demo.sh"
cd "$ROOT"
start_demo "${PORT:-3978}"
export BASE
scripts/tour.sh
scripts/fuzz.sh small
