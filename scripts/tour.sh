#!/usr/bin/env bash
# Runs every `sh` block of docs/api.md, in order and in one shell, against a demonstration of its own. A command that
# fails ends it, with the line of the page.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/demo.sh"
cd "$ROOT"
have jq || fail "jq is missing: the tour of the API reads JSON with it (Debian: apt-get install jq)"
start_demo "${PORT:-3978}"
WORK=$(mktemp -d)
# Empty lines stand for the text between the blocks, so that bash names the page's own lines.
awk '/^```sh$/ { inside = 1; print ""; next } /^```$/ { inside = 0; print ""; next } { print inside ? $0 : "" }' docs/api.md >"$WORK/api.md"
blocks=$(grep -c '^```sh$' docs/api.md)
code=0
BASE=$BASE WORK=$WORK bash -c 'set -Eeuo pipefail; trap '"'"'echo "docs/api.md:$LINENO: this failed: $BASH_COMMAND" >&2'"'"' ERR; . "$WORK/api.md"' >"$WORK/said" 2>&1 || code=$?
[ $code = 0 ] || { tail -n 40 "$WORK/said" >&2; fail "the tour of the API failed ($code)"; }
rm -rf "$WORK"
say "docs/api.md: $blocks blocks ran"
