#!/usr/bin/env bash
# Fuzzes the readers of evidence with cargo-fuzz (libFuzzer), from the kept corpus and the fixtures.
#   scripts/fuzz_readers.sh [SECONDS]   for each target; 60 unless told
#   KEEP=1                              writes the smallest corpus that reaches as much back to fuzz/corpus.tar.gz
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

SECONDS_EACH=${1:-60}
VERSION=0.13.2
if ! "$TOOLS/bin/cargo-fuzz" --version 2>/dev/null | grep -q " $VERSION$"; then
    say "Installing cargo-fuzz $VERSION into $TOOLS"
    cargo install --quiet --locked --root "$TOOLS" --target-dir "$TARGET/tools/build" "cargo-fuzz@$VERSION"
fi
# libFuzzer's coverage needs options that stable rustc knows but does not promise. No sanitizer: our code has no unsafe.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$TARGET/fuzz"
HOST=$(rustc -vV | sed -n 's/^host: //p')
fuzz() { "$TOOLS/bin/cargo-fuzz" "$1" --sanitizer none --target "$HOST" "${@:2}"; }

FOUND=$TARGET/fuzz/corpus KEPT=$TARGET/fuzz/kept
rm -rf "$KEPT" && mkdir -p "$KEPT"
tar -xzf fuzz/corpus.tar.gz -C "$KEPT"
for target in evidence table; do
    seeds=$FOUND/$target
    mkdir -p "$seeds"
    find domain/tests/fixtures/evidence -type f -size -64k -exec cp {} "$seeds" \;
    say "Fuzzing $target for $SECONDS_EACH s"
    fuzz run "$target" "$seeds" "$KEPT/$target" -- -max_total_time="$SECONDS_EACH" -max_len=65536 -timeout=10 \
        -rss_limit_mb=1024 -dict=fuzz/words.dict -print_final_stats=1 -verbosity=0
    if [ "${KEEP:-}" = 1 ]; then
        small=$FOUND/$target.small
        rm -rf "$small" && mkdir -p "$small"
        "$CARGO_TARGET_DIR/$HOST/release/$target" -merge=1 -max_len=4096 "$small" "$KEPT/$target" "$seeds"
        rm -rf "${KEPT:?}/$target" && mv "$small" "$KEPT/$target"
    fi
done
if [ "${KEEP:-}" = 1 ]; then
    # The same files give the same archive.
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$KEPT" -cf - evidence table | gzip -9n >fuzz/corpus.tar.gz
fi
