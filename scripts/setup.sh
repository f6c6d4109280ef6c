#!/usr/bin/env bash
# Installs what building and running need and is missing: the wasm target, wasm-bindgen, Postgres' server programs.
# Says what it installs; where it may not, says what to do. Nothing is done where nothing is missing.
set -euo pipefail
. "$(dirname "$0")/env.sh"

have cargo || fail "cargo is missing. Install Rust $(awk -F'"' '/^rust-version/ { print $2 }' "$ROOT/Cargo.toml") or newer, with rustup or your system's packages, and run this again."
have cc || have gcc || have clang || fail "No C compiler. Install one (Debian: apt-get install build-essential; macOS: xcode-select --install)."

# --- the wasm target
if [ ! -d "$(rustc --print target-libdir --target $WASM 2>/dev/null)" ]; then
    have rustup || fail "Rust's standard library for $WASM is missing and rustup is not here to add it. Install it from where your Rust came from (Debian: libstd-rust-dev-wasm32; Fedora: rust-std-static-$WASM)."
    say "Installing Rust's standard library for $WASM (rustup target add)"
    rustup target add $WASM || fail "rustup could not add $WASM: no network, or no leave. Run 'rustup target add $WASM' where it may."
fi

# --- wasm-bindgen, in the version that the wasm is built with
want=$(locked wasm-bindgen)
bindgen=$TOOLS/bin/wasm-bindgen
if [ "$("$bindgen" --version 2>/dev/null)" != "wasm-bindgen $want" ]; then
    mkdir -p "$TOOLS/bin"
    if [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $want" ]; then
        ln -sf "$(command -v wasm-bindgen)" "$bindgen"
    else
        say "Installing wasm-bindgen-cli $want into $TOOLS (cargo install, some minutes)"
        CARGO_TARGET_DIR=$TOOLS/build cargo install wasm-bindgen-cli --version "$want" --no-default-features \
            --root "$TOOLS" --force --quiet ||
            fail "wasm-bindgen-cli $want could not be built. Install that version yourself, have it on the PATH, and run this again."
        rm -rf "$TOOLS/build"
    fi
fi

# --- Postgres' server programs
if [ -z "${DATABASE_URL:-}" ] && ! postgres_bin >/dev/null; then
    if [ "$(id -u)" = 0 ]; then as_root=; elif have sudo && sudo -n true 2>/dev/null; then as_root=sudo; else as_root=none; fi
    advice="Postgres' server programs are missing. Install them (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql@17), name their folder in COUNTERSIGN_POSTGRES_BIN, or give a database in DATABASE_URL."
    if have brew; then
        say "Installing Postgres (brew install postgresql@17); nothing is started"
        brew install postgresql@17 || fail "$advice"
    elif [ "$as_root" = none ]; then
        fail "$advice This user may not install packages."
    elif have apt-get; then
        say "Installing Postgres' server (apt-get install postgresql); no cluster is made and no port is opened"
        # Debian makes and starts a cluster at installation unless told not to.
        $as_root mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
        $as_root apt-get update -qq || true
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Options::=--force-confold postgresql >/dev/null || fail "$advice"
    elif have dnf; then
        say "Installing Postgres' server (dnf install postgresql-server postgresql-contrib); nothing is started"
        $as_root dnf install -y -q postgresql-server postgresql-contrib || fail "$advice"
    else
        fail "$advice"
    fi
    postgres_bin >/dev/null || fail "$advice"
fi
