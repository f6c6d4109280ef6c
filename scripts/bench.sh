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
. "$(dirname "$0")/bench/readers.sh"
cd "$ROOT"

SIZE=${SIZE:-1000} SECONDS_EACH=${SECONDS_EACH:-4} CONNECTIONS=8 PORT=${PORT:-3977}
EACH=$((SIZE >= 10000 ? 5 : 3)) EVENTS=$((SIZE * 100))
BIN=${COUNTERSIGN_BIN:-$TARGET/release/countersign}
BASE=http://127.0.0.1:$PORT
PASSWORD='walnut ferry oblique teapot'

# name | path; UNIT stands for a business unit.
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
    "API: risks, 50 of them|/api/v1/risks?limit=50"
    "API: one system|/api/v1/systems/AIS-7"
)

need_wrk
throw_away_postgres
work=$(mktemp -d)
finish() { stop; wait 2>/dev/null || true; rm -rf "$work"; end_throw_away_postgres; }
trap finish EXIT

say "Filling the register: $SIZE systems, $EVENTS audit events"
serve
join_as_administrator
stop
fill() { PGDATABASE=postgres "$PG_BIN/psql" -qX -v ON_ERROR_STOP=1 "$@" >/dev/null; }
fill -v systems="$SIZE" -v each="$EACH" -f scripts/bench/data.sql
fill -v events="$EVENTS" -f scripts/bench/events.sql
fill -c 'vacuum analyze' -c checkpoint
restart_throw_away_postgres "log_line_prefix=$LOG_MARK"
UNIT=$(query 'select id from business_unit order by name limit 1')

began=$(date +%s%N)
serve
ready=$((($(date +%s%N) - began) / 1000000))
wait_for_jobs
make_token

{
    echo "$(number "$SIZE") systems, $(number $((SIZE * 10))) risks, $(number $((SIZE * EACH))) mitigations, $(number "$EVENTS") audit events; $CONNECTIONS connections at once."
    echo "$(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), shared by server, Postgres $("$PG_BIN/postgres" --version | awk '{ print $3 }') and the load; \`fsync\` on."
    echo
    echo "| page | requests/s | p50 | p99 | CPU server | CPU Postgres | the same SQL by pgbench | statements | memory | compressed |"
    echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for page in "${PAGES[@]}"; do
        path=${page#*|}
        measure_page "${page%%|*}" "${path//UNIT/$UNIT}"
    done
    measure_votes
    measure_uploads
    echo
    echo "CPU is per request; “the same SQL by pgbench” is Postgres' CPU for the statements alone; a write's are planned anew each time, in one transaction that is undone after all its checks. A vote is signed with the password: Argon2id is nearly all of it."
    echo
    measure_ratings
    measure_verify
    measure_reader "JSON lines (garak)" garak_file
    measure_reader "one document (SARIF)" sarif_file
    echo "- First visit of the portfolio, everything over the wire: $(first_visit)."
    echo "- Server's memory after all of it: $(memory "$server" VmRSS), at most $(memory "$server" VmHWM). From start to the first answer, migrations checked: $ready ms."
} | tee "$work/table"

if [ "${1:-}" = --readme ]; then
    into_readme "$SIZE" "$work/table"
fi
