# Sourced by scripts that need a Postgres for themselves: throw_away_postgres starts one on a socket of its own, sets
# DATABASE_URL, and ends and removes it when the script ends. Not for data: it does not wait for the disk, unless
# restart_throw_away_postgres starts it again with other settings.

throw_away_postgres() {
    local bin
    bin=$(postgres_bin) || fail "Postgres' server programs are missing: run scripts/setup.sh"
    PG_HOME=$(mktemp -d /tmp/countersign-pg.XXXXXX)
    chmod 711 "$PG_HOME"
    PG_AS=()
    if [ "$(id -u)" = 0 ]; then # Postgres refuses root
        local user=postgres
        id -u $user >/dev/null 2>&1 || user=nobody
        chown "$user" "$PG_HOME"
        if have setpriv; then
            PG_AS=(setpriv --reuid "$user" --regid "$(id -g $user)" --clear-groups --)
        elif have runuser; then
            PG_AS=(runuser -u "$user" --)
        else
            PG_AS=(su "$user" -s /bin/sh -c 'exec "$0" "$@"')
        fi
    fi
    PG_CTL=$bin/pg_ctl
    (cd "$PG_HOME" && ${PG_AS[@]+"${PG_AS[@]}"} "$bin/initdb" -D "$PG_HOME/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null) ||
        fail "initdb failed"
    start_throw_away_postgres fsync=off full_page_writes=off synchronous_commit=off
    trap end_throw_away_postgres EXIT
    export DATABASE_URL="postgres://postgres@localhost/postgres?host=$PG_HOME"
    export PGHOST=$PG_HOME PGUSER=postgres
    PG_BIN=$bin
}

start_throw_away_postgres() { # setting=value …
    local setting options=
    for setting in listen_addresses= "unix_socket_directories=$PG_HOME" max_connections=300 timezone=UTC "$@"; do
        options="$options -c $setting"
    done
    (cd "$PG_HOME" && ${PG_AS[@]+"${PG_AS[@]}"} "$PG_CTL" start -D "$PG_HOME/data" -w -t 60 -l "$PG_HOME/log" -o "$options" >/dev/null) ||
        { cat "$PG_HOME/log" >&2; fail "Postgres did not start"; }
}

restart_throw_away_postgres() {
    (cd "$PG_HOME" && ${PG_AS[@]+"${PG_AS[@]}"} "$PG_CTL" stop -D "$PG_HOME/data" -m fast -w -t 600 >/dev/null) || fail "Postgres did not stop"
    start_throw_away_postgres "$@"
}

end_throw_away_postgres() {
    (cd "$PG_HOME" && ${PG_AS[@]+"${PG_AS[@]}"} "$PG_CTL" stop -D "$PG_HOME/data" -m immediate >/dev/null 2>&1) || true
    rm -rf "$PG_HOME"
}
