#!/usr/bin/env bash
# Builds the islands into $COUNTERSIGN_SITE: wasm, its script, made small. Nothing is done where nothing changed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

cargo build -p app --lib --no-default-features --features hydrate --target $WASM --profile wasm-release "$@"
built=$TARGET/$WASM/wasm-release/app.wasm
ready=$COUNTERSIGN_SITE/countersign_bg.wasm
if [ "$ready" -nt "$built" ] && [ "$COUNTERSIGN_SITE/countersign.js" -nt "$built" ]; then exit 0; fi

work=$(mktemp -d "$TARGET/site.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$TOOLS/bin/wasm-bindgen" --target web --no-typescript --out-name countersign --out-dir "$work" "$built"

# wasm-opt takes a fifth off. It comes from npm; without it all works, only larger.
BINARYEN=132.0.0
opt=$(command -v wasm-opt || true)
if [ -z "$opt" ] && have npm; then
    opt=$TOOLS/binaryen/node_modules/.bin/wasm-opt
    if [ ! -x "$opt" ]; then
        say "Installing wasm-opt into $TOOLS (npm package binaryen $BINARYEN)"
        npm install --silent --no-audit --no-fund --prefix "$TOOLS/binaryen" "binaryen@$BINARYEN" || opt=
    fi
fi
if [ -n "$opt" ]; then
    # Features one by one: --all-features writes a module that browsers refuse.
    "$opt" -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext \
        --enable-mutable-globals --enable-multivalue "$work/countersign_bg.wasm" -o "$work/small.wasm" &&
        mv "$work/small.wasm" "$work/countersign_bg.wasm" || say "wasm-opt failed; the islands stay as they are"
fi
chmod 755 "$work"
rm -rf "$COUNTERSIGN_SITE"
mv "$work" "$COUNTERSIGN_SITE"
touch "$COUNTERSIGN_SITE"/*
