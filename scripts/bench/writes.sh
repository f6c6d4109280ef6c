# Sourced by bench.sh: writes, each with its audit event, and the chain that they leave.

# Seconds of each request in a file → p50 and p99 in ms.
percentiles() { sort -n "$1" | awk '{ t[NR] = $1 * 1000 } END { printf "%.1f ms | %.1f ms", t[int(NR * 0.5 + 0.5)], t[int(NR * 0.99 + 0.5)] }'; }

uuid() { cat /proc/sys/kernel/random/uuid; }

# The register as it is before a write: there its transaction can be run again, and undone, as often as pgbench likes. A
# copy wants nobody else in the database.
keep_before() {
    stop
    PGOPTIONS='-c client_min_messages=warning' "$PG_BIN/psql" -qX -d template1 -c 'drop database if exists before' -c 'create database before template postgres'
    serve
    wait_for_jobs
}

# Several people at once, each one request after the other; a worker prints "code seconds" for each of its requests. The
# SQL of one of them, run alone on the register of before, stands beside it.
measure_people() { # name, worker, file of SQL
    local s p began took n alone
    s=$(ticks $server) p=$(postgres_ticks) began=$(date +%s%N)
    for i in $(seq $CONNECTIONS); do
        "$2" "$i" >"$work/answers.$i" &
        workers[i]=$!
    done
    wait "${workers[@]}"
    took=$((($(date +%s%N) - began) / 1000))
    s=$(($(ticks $server) - s)) p=$(($(postgres_ticks) - p))
    cat "$work"/answers.* >"$work/answers"
    rm -f "$work"/answers.*
    n=$(wc -l <"$work/answers")
    awk '$1 != 303 { wrong++ } END { exit wrong > 0 }' "$work/answers" || fail "$1: $(sort "$work/answers" | uniq -c -w 3) $(tail -n 3 "$work/err")"
    awk '{ print $2 }' "$work/answers" >"$work/times"
    alone=$(measure_sql "$3" before)
    echo "| $1 | $(awk -v n="$n" -v us=$took 'BEGIN { printf "%.0f", n * 1e6 / us }') | $(percentiles "$work/times") | $(per $s "$n") | $(per $p "$n") | $alone | $(grep -c . "$3") | $(memory $server VmRSS) | — |"
}

# A vote renews its voter's session: the jar goes from one to the next.
vote_worker() {
    local review hash jar="$work/voter.$1" from=${2:-2} to=${3:-}
    sed -n "$from,${to:-\$}p" "$work/reviews" | while read -r review hash; do
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' -b "$jar" -c "$jar" -H 'Sec-Fetch-Site: same-origin' \
            -d "dossier=$hash&choice=approve&reason=Read+and+agreed&once=$(uuid)" --data-urlencode "password=$PASSWORD" \
            "$BASE/reviews/RV-$review/vote"
    done
}
measure_votes() {
    query "select r.number || ' ' || encode(d.sha256, 'hex') from review r join dossier d on d.review_id = r.id
           where r.state = 'in_review' order by r.number limit 21" >"$work/reviews"
    for i in $(seq $CONNECTIONS); do sign_in "voter$i@bench.example" "$work/voter.$i"; done
    keep_before
    catch_sql writes "$work/vote.sql" vote_worker 1 1 1 >/dev/null
    measure_people "one vote" vote_worker "$work/vote.sql"
}

# Systems without a decision: an approved one's dossier is compared with each change, and the register's are not real.
OPEN_TO_CHANGES='s.open_review_id is null and s.decision_id is null'

# Files of 100 KB, each another one.
upload_worker() {
    local system jar="$work/owner.$1" from=${2:-2} to=${3:-}
    for system in $(query "select s.number from system s join person p on p.id = s.owner_id
                           where p.email = '$(sed -n "${1}p" "$work/owners")' and $OPEN_TO_CHANGES order by s.number limit 21" | sed -n "$from,${to:-\$}p"); do
        { echo "report of $system"; head -c 75000 /dev/urandom | base64; } >"$work/report.$1.txt"
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' -b "$jar" -c "$jar" -H 'Sec-Fetch-Site: same-origin' \
            -F kind=test -F speaks_of=2026-01-15 -F "title=Report" -F "once=$(uuid)" \
            -F "file=@$work/report.$1.txt;type=text/plain" "$BASE/systems/AIS-$system/evidence/new"
    done
}
measure_uploads() {
    query "select p.email from system s join person p on p.id = s.owner_id where $OPEN_TO_CHANGES group by 1 order by 1
           limit $CONNECTIONS" >"$work/owners"
    for i in $(seq $CONNECTIONS); do sign_in "$(sed -n "${i}p" "$work/owners")" "$work/owner.$i"; done
    keep_before
    catch_sql writes "$work/upload.sql" upload_worker 1 1 1 >/dev/null
    measure_people "one upload (100 KB)" upload_worker "$work/upload.sql"
}

# The shortest audited write, as quickly as it goes.
measure_ratings() {
    local s p n rate p50 p99 wrong before after first
    for i in $(seq $CONNECTIONS); do
        query "select 'R-' || k.number from risk k join system s on s.id = k.system_id join person p on p.id = s.owner_id
               where p.email = '$(sed -n "${i}p" "$work/owners")' and k.status <> 'closed' and $OPEN_TO_CHANGES" |
            sed "s/\$/ $(cookie "$work/owner.$i")/"
    done >"$work/risks"
    before=$(query 'select seq from audit_head')
    s=$(ticks $server) p=$(postgres_ticks)
    read -r n rate p50 p99 wrong <<<"$(load $((SECONDS_EACH * 2)) rate.lua "$BASE" -- "$work/risks")"
    s=$(($(ticks $server) - s)) p=$(($(postgres_ticks) - p))
    after=$(query 'select seq from audit_head')
    first=$(fsync_probe)
    echo "- Audited writes with \`fsync\` on, by $CONNECTIONS connections: $(awk -v n=$((after - before)) -v s=$((SECONDS_EACH * 2)) 'BEGIN { printf "%.0f", n / s }') ratings a second (p50 $p50 ms, p99 $p99 ms; CPU server $(per $s "$n"), Postgres $(per $p "$n")), $wrong of $n refused. The chain lets one transaction commit at a time; this disk ends $first of them a second."
}

# How many transactions of one row after the other this disk ends.
fsync_probe() {
    query 'create table if not exists probe (n bigint)' >/dev/null
    echo 'insert into probe values (1);' >"$work/probe.sql"
    "$PG_BIN/pgbench" -n -f "$work/probe.sql" -c 1 -T "$SECONDS_EACH" postgres 2>/dev/null | awk '/^tps/ { printf "%.0f", $3 }'
    query 'drop table probe' >/dev/null
}

measure_verify() {
    local began took peak verifier said p
    p=$(postgres_ticks) began=$(date +%s%N)
    "$BIN" audit verify --data "$work/data" >"$work/verified" 2>&1 &
    verifier=$!
    peak=$(peak_of $verifier)
    wait $verifier || fail "the chain does not verify: $(cat "$work/verified")"
    took=$((($(date +%s%N) - began) / 1000000))
    p=$(($(postgres_ticks) - p))
    said=$(query 'select count(*) from audit_event')
    echo "- \`countersign audit verify\` over $(number "$said") events, these writes among them: $(awk -v ms=$took 'BEGIN { printf "%.1f s", ms / 1000 }'), at most $peak MB, Postgres $(per $p 1000000 | awk -v p=$p -v hz="$(getconf CLK_TCK)" '{ printf "%.1f s", p / hz }') of CPU."
}
