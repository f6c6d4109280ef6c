#!/usr/bin/env bash
# Speed on 1,000 systems, 10,000 risks and 3,000 mitigations (SYSTEMS=… for others): CPU per request of the server and of
# Postgres, latency, compressed bytes, memory, time to the first answer. As a table, for the README.
# CPU time, not wall time: it says the same on a busy machine. Statements are counted by a test (tests/server).
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/postgres.sh"
cd "$ROOT"

SYSTEMS=${SYSTEMS:-1000} REQUESTS=${REQUESTS:-200} PORT=${PORT:-3977}
BIN=${COUNTERSIGN_BIN:-$TARGET/release/countersign}
BASE=http://127.0.0.1:$PORT
throw_away_postgres
work=$(mktemp -d)
finish() { kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; end_throw_away_postgres; }
trap finish EXIT

serve() {
    "$BIN" serve --listen "127.0.0.1:$PORT" --data "$work/data" --log warn >"$work/out" 2>"$work/err" &
    server=$!
    for _ in $(seq 600); do
        if curl -fs -o /dev/null "$BASE/readyz"; then return; fi
        kill -0 $server 2>/dev/null || { cat "$work/err" >&2; fail "the server ended"; }
        sleep 0.01
    done
    fail "the server did not become ready"
}
stop() { kill $server; wait $server 2>/dev/null || true; }
send() { curl -s -b "$work/jar" -c "$work/jar" -H 'Sec-Fetch-Site: same-origin' "$@"; }

say "Filling the register with $SYSTEMS systems"
serve
for _ in $(seq 300); do
    link=$(grep -o '/invite/[0-9a-f]*' "$work/out" | head -n 1 || true)
    [ -n "$link" ] && break
    sleep 0.1
done
[ -n "$link" ] || fail "the server printed no link for the administrator"
code=$(send -o "$work/joined" -w '%{http_code}' --data-urlencode email=bench@bench.example \
    --data-urlencode 'name=Bench' --data-urlencode 'password=walnut ferry oblique teapot' \
    --data-urlencode 'again=walnut ferry oblique teapot' "$BASE$link")
[ "$code" = 303 ] || { cat "$work/joined" >&2; fail "the administrator could not sign up: $code"; }
PGDATABASE=postgres "$PG_BIN/psql" -qX -v ON_ERROR_STOP=1 -v systems="$SYSTEMS" -f scripts/bench_data.sql >/dev/null
stop

began=$(date +%s%N)
serve
ready=$((($(date +%s%N) - began) / 1000000))
# The administrator's session lives in the register: it outlasts the restart.

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
# Postgres: its own processes and the children that ended.
postgres_ticks() {
    local main total=0 t
    main=$(head -n 1 "$PG_HOME/data/postmaster.pid")
    for t in $(pgrep -P "$main"; echo "$main"); do
        t=$(awk -v main="$main" '{ print ($1 == main) ? $14 + $15 + $16 + $17 : $14 + $15 }' "/proc/$t/stat" 2>/dev/null) || t=0
        total=$((total + t))
    done
    echo "$total"
}
row() { # name, path
    local url="$BASE$2" join s p bytes
    case $2 in *\?*) join='&' ;; *) join='?' ;; esac
    send -o /dev/null "$url${join}run=[1-30]" >/dev/null
    bytes=$(send -o /dev/null -H 'Accept-Encoding: br' -w '%{size_download} %{http_code}' "$url")
    case $bytes in *" 200") ;; *) fail "$1: $bytes" ;; esac
    s=$(ticks $server) p=$(postgres_ticks)
    send -o /dev/null -H 'Accept-Encoding: br' -w '%{time_total}\n' "$url${join}run=[1-$REQUESTS]" >"$work/times"
    s=$(($(ticks $server) - s)) p=$(($(postgres_ticks) - p))
    sort -n "$work/times" | awk -v name="$1" -v s=$s -v p=$p -v n="$REQUESTS" -v bytes="${bytes% *}" -v hz="$(getconf CLK_TCK)" '
        { t[NR] = $1 * 1000 }
        END { printf "| %s | %.1f ms | %.1f ms | %.1f ms | %.1f ms | %.1f KB |\n", name, s * 1000 / hz / n, p * 1000 / hz / n,
              t[int(NR * 0.5 + 0.5)], t[int(NR * 0.99 + 0.5)], bytes / 1000 }'
}

echo "$SYSTEMS systems, $((SYSTEMS * 10)) risks, $((SYSTEMS * 3)) mitigations; $REQUESTS requests each, one after the other."
echo "$(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), Postgres $("$PG_BIN/postgres" --version | awk '{ print $3 }')."
echo
echo "| page | CPU server | CPU Postgres | p50 | p99 | compressed |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
row "reference: /healthz" /healthz
row "risk list" /risks
row "risk list, filtered and sorted" "/risks?above=yes&sort=-residual"
row "systems list" /systems
row "one system" /systems/AIS-7
row "one risk" /risks/R-77
row "portfolio" /reports
row "portfolio of one unit" "/reports?unit=$("$PG_BIN/psql" -qXAt -d postgres -c 'select id from business_unit order by name limit 1')"
row "my work" /work
row "search" "/search?q=unequal+error"
row "audit trail" /audit
echo

# The limit: the risk list's rows by pgbench, without a program around it.
cat >"$work/limit.sql" <<'SQL'
select k.number, k.title, s.number, s.name, p.name, k.residual_level, k.inherent_level from risk k
join system s on s.id = k.system_id left join person p on p.id = k.owner_id
where k.status <> 'closed' and s.stage <> 'retired' order by k.residual_score desc nulls last, k.number desc limit 51;
SQL
p=$(postgres_ticks)
"$PG_BIN/pgbench" -n -f "$work/limit.sql" -t "$REQUESTS" -M prepared postgres >"$work/pgbench" 2>&1 || fail "$(cat "$work/pgbench")"
p=$(($(postgres_ticks) - p))
awk -v p=$p -v n="$REQUESTS" -v hz="$(getconf CLK_TCK)" '/latency average/ { printf "Reference: the rows of the risk list alone, by pgbench in the same run: %.1f ms CPU of Postgres, %s ms a query.\n", p * 1000 / hz / n, $4 }' "$work/pgbench"

page=$(send -H 'Accept-Encoding: br' -o "$work/page.br" -w '%{size_download}' "$BASE/reports")
total=$page
for asset in $(send "$BASE/reports" | grep -oE '/assets/[0-9a-f]+' | sort -u | head -n 1); do
    for file in countersign.css countersign.js countersign_bg.wasm; do
        size=$(send -o /dev/null -H 'Accept-Encoding: br' -w '%{size_download}' "$BASE$asset/$file")
        [ "$file" = countersign_bg.wasm ] && wasm=$size
        total=$((total + size))
    done
done
echo "First visit of the portfolio, everything over the wire: $((total / 1000)) KB, of which wasm ${wasm:-0} bytes."
echo "Memory after all of it: $(awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status"), at most $(awk '/VmHWM/ { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status")."
echo "From start to the first answer, migrations checked: $ready ms."
