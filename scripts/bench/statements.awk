# Postgres' log (log_statement = all, lines begin with the mark) → statements with their parameters put in, one a line.
# Reads only: what a new connection sets, and what jobs write meanwhile, is no page's own. With `writes`, those
# too, all in one transaction, which checks what it would at its end and is then undone: it can be run again and again.

BEGIN { if (writes) print "begin;" }

function flush_one(    i, n, value, rest, text) {
    if (sql == "") return
    rest = parameters
    n = 0
    while (match(rest, /^\$[0-9]+ = (NULL|'([^']|'')*')(, )?/)) {
        value = substr(rest, 1, RLENGTH)
        rest = substr(rest, RLENGTH + 1)
        sub(/^\$[0-9]+ = /, "", value)
        sub(/, $/, "", value)
        values[++n] = value
    }
    # The highest first, so that $1 does not eat $10. An index and a length: a value may hold & and \.
    for (i = n; i >= 1; i--) {
        text = ""
        while (match(sql, "\\$" i "($|[^0-9])")) {
            text = text substr(sql, 1, RSTART - 1) values[i]
            sql = substr(sql, RSTART + 1 + length(i ""))
        }
        sql = text sql
    }
    gsub(/[ \t]+/, " ", sql)
    text = tolower(sql)
    if (text ~ /^[ (]*(select|with) / && sql !~ /pg_reload_conf/) print sql ";"
    else if (writes && text ~ /^ *(insert|update|delete|set local|lock) /) print sql ";"
    sql = parameters = ""
}

index($0, mark) == 1 {
    in_sql = in_detail = 0
    if (match($0, /(LOG: +execute [^:]*: |LOG: +statement: )/)) {
        line = substr($0, RSTART + RLENGTH)
        flush_one()
        sql = line
        in_sql = 1
    } else if (match($0, /DETAIL: +[Pp]arameters: /)) {
        parameters = substr($0, RSTART + RLENGTH)
        in_detail = 1
    }
    next
}
# Lines become one: a comment ends where its line does.
in_sql { line = $0; sub(/^\t/, " ", line); sub(/ -- .*$/, "", line); sql = sql line; next }
in_detail { line = $0; sub(/^\t/, "\n", line); parameters = parameters line }
END {
    flush_one()
    if (writes) print "set constraints all immediate; rollback;"
}
