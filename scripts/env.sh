# Sourced by the others: where builds go, and how this machine does things. No side effects.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]:-scripts/env.sh}")/.." 2>/dev/null && pwd) || ROOT=$PWD
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
TOOLS=$TARGET/tools
export CARGO_TARGET_DIR=$TARGET COUNTERSIGN_SITE=$TARGET/site
export SQLX_OFFLINE=${SQLX_OFFLINE:-true}
WASM=wasm32-unknown-unknown

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The folder of initdb, postgres and pg_ctl, or nothing.
postgres_bin() {
    local folder
    for folder in ${COUNTERSIGN_POSTGRES_BIN:+"$COUNTERSIGN_POSTGRES_BIN"} \
        "$(pg_config --bindir 2>/dev/null)" \
        $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
            /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -rV) \
        /usr/bin /usr/local/bin /usr/local/pgsql/bin; do
        if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

# The version of a package in Cargo.lock.
locked() { awk -v name="$1" '$0 == "name = \"" name "\"" { getline; gsub(/[^0-9.]/, ""); print; exit }' "$ROOT/Cargo.lock"; }
