#!/usr/bin/env bash
# Speed of the pages, of writes and of the audit chain, on a register of SIZE systems (1000 unless said otherwise), as a
# table in Markdown. ARGS: --readme writes it into README.md, between the markers of its size.
#
# Each page is asked for by 8 connections at once; CPU time is of the server and of Postgres, so that it says the same on a
# busy machine; latency does not. Beside it: the same SQL, caught from Postgres' log, run by pgbench without a program
# around it. Postgres waits for the disk as it does in use.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/postgres.sh"
. "$(dirname "$0")/bench/measure.sh"
. "$(dirname "$0")/bench/writes.sh"
cd "$ROOT"

SIZE=${SIZE:-1000} SECONDS_EACH=${SECONDS_EACH:-4} CONNECTIONS=8 PORT=${PORT:-3977}
EACH=$((SIZE >= 10000 ? 5 : 3)) EVENTS=$((SIZE * 100))
BIN=${COUNTERSIGN_BIN:-$TARGET/release/countersign}
BASE=http://127.0.0.1:$PORT
PASSWORD='walnut ferry oblique teapot'

# name | path; UNIT stands for a business unit. Pages of the API take their place here.
PAGES=(
    "reference: /healthz|/healthz"
    "portfolio|/reports"
    "portfolio of one unit|/reports?unit=UNIT"
    "risk list|/risks"
    "risk list, above appetite, sorted|/risks?above=yes&sort=-residual"
    "risk list, filtered: unit and characteristic|/risks?unit=UNIT&characteristic=fair"
    "systems list|/systems"
    "systems list, filtered: status|/systems?status=expired"
    "one system|/systems/AIS-7"
    "one risk|/risks/R-77"
    "mitigations overdue|/mitigations?due=overdue"
    "my work|/work"
    "search|/search?q=unequal+error"
    "search, misspelt|/search?q=uneqal+eror"
    "audit trail|/audit"
)

need_wrk
throw_away_postgres
work=$(mktemp -d)
finish() { kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; end_throw_away_postgres; }
trap finish EXIT

say "Filling the register: $SIZE systems, $EVENTS audit events"
serve
join_as_administrator
stop
fill() { PGDATABASE=postgres "$PG_BIN/psql" -qX -v ON_ERROR_STOP=1 "$@" >/dev/null; }
fill -v systems="$SIZE" -v each="$EACH" -f scripts/bench/data.sql
fill -v events="$EVENTS" -f scripts/bench/events.sql
fill -c 'vacuum analyze' -c checkpoint
restart_throw_away_postgres "log_line_prefix=$LOG_MARK" shared_preload_libraries=pg_stat_statements pg_stat_statements.track_planning=on; query "create extension pg_stat_statements"
UNIT=$(query 'select id from business_unit order by name limit 1')

began=$(date +%s%N)
serve
ready=$((($(date +%s%N) - began) / 1000000))
wait_for_jobs

for pth in /reports "/reports?unit=$UNIT" /systems/AIS-7 /risks "/systems?status=expired" "/mitigations?due=overdue" "/work" "/search?q=unequal+error"; do
load 3 get.lua "$BASE$pth" -- "$(cookie "$work/jar")" >/dev/null
query "select pg_stat_statements_reset()" >/dev/null
p=$(postgres_ticks)
read -r n rate p50 p99 wrong <<<"$(load 4 get.lua "$BASE$pth" -- "$(cookie "$work/jar")")"
p=$(($(postgres_ticks) - p))
echo "#### $pth n=$n cpu=$(per $p "$n") p99=$p99"
query "select calls, round(total_exec_time::numeric*1000/calls) us, plans, round(total_plan_time::numeric*1000/calls) plan_us, left(regexp_replace(query,E'[\\n ]+',' ','g'),90) from pg_stat_statements where calls>50 order by total_exec_time+total_plan_time desc limit 9"
done
