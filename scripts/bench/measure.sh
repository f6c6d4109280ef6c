# Sourced by bench.sh: a server to measure, requests by wrk, CPU from /proc, SQL from Postgres' log.

LOG_MARK='@@'

need_wrk() {
    have wrk && return
    if [ "$(id -u)" = 0 ] && have apt-get; then
        say "Installing wrk (apt-get install wrk)"
        apt-get install -y -qq wrk >/dev/null && return
    fi
    fail "wrk is missing, which makes the load. Install it (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk)."
}

query() { "$PG_BIN/psql" -qXAt -d postgres -c "$1"; }
number() { echo "$1" | sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta'; }

serve() {
    "$BIN" serve --listen "127.0.0.1:$PORT" --data "$work/data" --log warn >"$work/out" 2>"$work/err" &
    server=$!
    echo $server >"$work/pid"
    for _ in $(seq 600); do
        if curl -fs -o /dev/null "$BASE/readyz"; then return; fi
        kill -0 $server 2>/dev/null || { cat "$work/err" >&2; fail "the server ended"; }
        sleep 0.01
    done
    fail "the server did not become ready"
}
# The newest server, also one that a subshell started.
stop() {
    local pid
    pid=$(cat "$work/pid" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}
send() { curl -s -b "$work/jar" -c "$work/jar" -H 'Sec-Fetch-Site: same-origin' "$@"; }

# The first jobs of a server, approvals that expired and the like, are over when Postgres has nothing to do.
wait_for_jobs() {
    local before now=0
    for _ in $(seq 120); do
        before=$now now=$(postgres_ticks)
        [ $((now - before)) -le 2 ] && return
        sleep 1
    done
}

# The session lives in the register: it outlasts restarts of the server.
join_as_administrator() {
    local link code
    for _ in $(seq 300); do
        link=$(grep -o '/invite/[0-9a-f]*' "$work/out" | head -n 1 || true)
        [ -n "$link" ] && break
        sleep 0.1
    done
    [ -n "$link" ] || fail "the server printed no link for the administrator"
    code=$(send -o "$work/joined" -w '%{http_code}' --data-urlencode email=bench@bench.example \
        --data-urlencode 'name=Bench' --data-urlencode "password=$PASSWORD" --data-urlencode "again=$PASSWORD" "$BASE$link")
    [ "$code" = 303 ] || { cat "$work/joined" >&2; fail "the administrator could not sign up: $code"; }
}

# A session of somebody else, in a jar of its own.
sign_in() { # email, jar
    local code
    code=$(curl -s -o /dev/null -w '%{http_code}' -b "$2" -c "$2" -H 'Sec-Fetch-Site: same-origin' \
        --data-urlencode "email=$1" --data-urlencode "password=$PASSWORD" "$BASE/sign-in")
    [ "$code" = 303 ] || fail "$1 could not sign in: $code"
}

# The API takes a token and no cookie.
make_token() {
    token=$(send --data-urlencode name=Bench -d days=1 --data-urlencode "password=$PASSWORD" -d scopes=risks:read \
        -d scopes=systems:read "$BASE/account/tokens/new" | grep -oE 'countersign_[0-9a-f]{64}' | head -n 1 || true)
    [ -n "$token" ] || fail "no token for the API"
}
# Who asks for this page: a header.
asked_by() { case $1 in */api/*) echo "Authorization: Bearer $token" ;; *) echo "Cookie: $(cookie "$work/jar")" ;; esac; }
ask() { curl -s -H "$(asked_by "$1")" "$@"; }
cookie() { awk 'NF == 7 && ($1 !~ /^#/ || $1 ~ /^#HttpOnly_/) { printf "%s%s=%s", sep, $6, $7; sep = "; " }' "$1"; }

# CPU time in clock ticks: of the server; of Postgres, which is its processes and the children that ended.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
postgres_ticks() {
    local main total=0 t
    main=$(head -n 1 "$PG_HOME/data/postmaster.pid")
    for t in $(pgrep -P "$main"; echo "$main"); do
        t=$(awk -v main="$main" '{ print ($1 == main) ? $14 + $15 + $16 + $17 : $14 + $15 }' "/proc/$t/stat" 2>/dev/null) || t=0
        total=$((total + t))
    done
    echo "$total"
}
memory() { awk -v of="$2:" '$1 == of { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status"; }
per() { awk -v ticks="$1" -v n="$2" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f ms", n ? ticks * 1000 / hz / n : 0 }'; }

# Most memory that a process ever held, until it ends: MB.
peak_of() { # pid
    local peak=0 now
    while kill -0 "$1" 2>/dev/null; do
        now=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status" 2>/dev/null || true)
        [ -n "$now" ] && peak=$now
        sleep 0.01
    done
    echo $((peak / 1024))
}

# Runs wrk and prints: requests, requests/s, p50 and p99 in ms, answers that were not 2xx or 3xx.
load() { # seconds, script, url, its arguments …
    local seconds=$1 script=$2 url=$3
    shift 3
    wrk -t2 -c"$CONNECTIONS" -d"${seconds}s" --timeout 30s -s "scripts/bench/$script" "$url" "$@" >"$work/wrk" 2>&1 || fail "$(cat "$work/wrk")"
    awk '/^BENCH/ { print $2, $3, $4, $5, $6 }' "$work/wrk"
}

# What a command asks of Postgres, with its values in place: a script for pgbench, one statement for each.
catch_sql() { # reads or writes, file, command …
    local how=$1 file=$2 from
    shift 2
    query "alter system set log_statement = 'all'" >/dev/null
    query 'select pg_reload_conf()' >/dev/null
    sleep 0.3
    from=$(wc -c <"$PG_HOME/log")
    "$@"
    sleep 0.2
    query 'alter system reset log_statement' >/dev/null
    query 'select pg_reload_conf()' >/dev/null
    tail -c "+$((from + 1))" "$PG_HOME/log" |
        awk -v mark=@@ -v writes="$([ "$how" = writes ] && echo 1 || true)" -f scripts/bench/statements.awk >"$file"
}

# The statements alone: CPU of Postgres for one run of all of them.
measure_sql() { # file, database
    local p n
    [ -s "$1" ] || { echo '—'; return; }
    pgbench_run "$1" 1 "${2:-postgres}" >/dev/null
    p=$(postgres_ticks)
    n=$(pgbench_run "$1" "$SECONDS_EACH" "${2:-postgres}")
    p=$(($(postgres_ticks) - p))
    echo "$(per $p "$n"), $(awk -v n="$n" -v s="$SECONDS_EACH" 'BEGIN { printf "%.0f", n / s }')/s"
}
# A write's values hold colons, which pgbench takes for variables of its own unless it plans each statement anew.
pgbench_run() { # file, seconds, database
    local mode=prepared
    if grep -q '^begin;$' "$1"; then mode=simple; fi
    "$PG_BIN/pgbench" -n -f "$1" -c "$CONNECTIONS" -j 2 -T "$2" -M $mode "$3" >"$work/pgbench" 2>&1 || fail "pgbench: $(cat "$work/pgbench")"
    awk -F': ' '/transactions actually processed/ { print $2 + 0 }' "$work/pgbench"
}

measure_page() { # name, path
    local url="$BASE$2" bytes s p n rate p50 p99 wrong alone statements
    bytes=$(ask "$url" -o /dev/null -H 'Accept-Encoding: br' -w '%{size_download} %{http_code}')
    case $bytes in *" 200") ;; *) fail "$1: $bytes" ;; esac
    catch_sql reads "$work/page.sql" ask "$url" -o /dev/null
    statements=$(grep -c . "$work/page.sql" || true)
    # Each connection's statements are planned anew for the first five times.
    n=0
    while [ "$n" -lt 200 ]; do
        read -r p _ <<<"$(load 1 get.lua "$url" -- "$(asked_by "$url")")"
        n=$((n + p))
    done
    s=$(ticks $server) p=$(postgres_ticks)
    read -r n rate p50 p99 wrong <<<"$(load "$SECONDS_EACH" get.lua "$url" -- "$(asked_by "$url")")"
    s=$(($(ticks $server) - s)) p=$(($(postgres_ticks) - p))
    [ "$wrong" = 0 ] || fail "$1: $wrong answers were errors"
    alone=$(measure_sql "$work/page.sql")
    echo "| $1 | $rate | $p50 ms | $p99 ms | $(per $s "$n") | $(per $p "$n") | $alone | $statements | $(memory $server VmRSS) | $(awk -v b="${bytes% *}" 'BEGIN { printf "%.1f KB", b / 1000 }') |"
}

first_visit() {
    local total wasm=0 asset file size
    total=$(send -H 'Accept-Encoding: br' -o "$work/page.br" -w '%{size_download}' "$BASE/reports")
    for asset in $(send "$BASE/reports" | grep -oE '/assets/[0-9a-f]+' | sort -u | head -n 1); do
        for file in countersign.css countersign.js countersign_bg.wasm; do
            size=$(send -o /dev/null -H 'Accept-Encoding: br' -w '%{size_download}' "$BASE$asset/$file")
            [ "$file" = countersign_bg.wasm ] && wasm=$size
            total=$((total + size))
        done
    done
    echo "$((total / 1000)) KB, of which wasm $wasm bytes"
}

# Puts a table between <!-- bench SIZE --> and <!-- /bench --> of the README.
into_readme() { # size, file
    grep -q "<!-- bench $1 -->" README.md || fail "README.md has no place for $1 systems (<!-- bench $1 --> … <!-- /bench -->)"
    awk -v size="$1" -v file="$2" '
        index($0, "<!-- bench " size " -->") { print; while ((getline line < file) > 0) print line; skip = 1; next }
        index($0, "<!-- /bench -->") { skip = 0 }
        !skip' README.md >"$work/readme"
    cat "$work/readme" >README.md
    say "README.md has the table for $1 systems"
}
