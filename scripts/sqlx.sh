#!/usr/bin/env bash
# Writes .sqlx, the answers that sqlx::query! is checked against without a database.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/postgres.sh"
cd "$ROOT"
version=$(locked sqlx)
if ! have cargo-sqlx && [ ! -x "$TOOLS/bin/cargo-sqlx" ]; then
    say "Installing sqlx-cli $version into $TOOLS (cargo install, some minutes)"
    CARGO_TARGET_DIR=$TOOLS/build cargo install sqlx-cli --version "$version" --no-default-features --features postgres \
        --root "$TOOLS" --quiet
    rm -rf "$TOOLS/build"
fi
PATH=$TOOLS/bin:$PATH
throw_away_postgres
"$PG_BIN/createdb" sqlx
export DATABASE_URL="postgres://postgres@localhost/sqlx?host=$PG_HOME" SQLX_OFFLINE=false
unset PGHOST PGUSER
cargo sqlx migrate run --source migrations
cargo sqlx prepare --workspace -- --all-targets --features app/ssr
