#!/usr/bin/env bash
# Writes .sqlx, the answers that sqlx::query! is checked against where there is no database. The macros write them
# themselves while compiling against a migrated database, so that no other tool is needed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/postgres.sh"
cd "$ROOT"
throw_away_postgres
"$PG_BIN/createdb" sqlx
for migration in migrations/*.sql; do
    "$PG_BIN/psql" --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname sqlx --file "$migration" >/dev/null
done
export DATABASE_URL="postgres://postgres@localhost/sqlx?host=$PG_HOME" SQLX_OFFLINE=false
unset PGHOST PGUSER
rm -rf .sqlx.new
mkdir .sqlx.new
# Only what is compiled anew is written.
touch store/src/lib.rs store/tests/*.rs 2>/dev/null || true
# The selection of the lints, so that nothing else is compiled anew.
SQLX_OFFLINE_DIR=$ROOT/.sqlx.new cargo clippy -p domain -p store -p countersign -p app --features app/ssr --tests
rm -rf .sqlx
mv .sqlx.new .sqlx
say "$(find .sqlx -name '*.json' | wc -l) queries in .sqlx"
