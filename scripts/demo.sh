# Sourced by scripts that try the API: a demonstration on a Postgres of its own, and a token for somebody.
# It stays until the script ends; end_demo is for the script's own trap.

DEMO_PASSWORD='walnut ferry oblique teapot'

# Where one runs already, as BASE says, that one is used.
start_demo() { # port
    if [ -n "${BASE:-}" ]; then
        DEMO_HOME=$(mktemp -d)
        trap 'rm -rf "$DEMO_HOME"' EXIT
        return
    fi
    . "$ROOT/scripts/postgres.sh"
    DEMO_BIN=${COUNTERSIGN_BIN:-$TARGET/debug/countersign}
    [ -x "$DEMO_BIN" ] || fail "$DEMO_BIN is not there: build it first (cargo build), or name another in COUNTERSIGN_BIN"
    DEMO_HOME=$(mktemp -d)
    throw_away_postgres
    trap end_demo EXIT
    BASE=http://127.0.0.1:$1
    "$DEMO_BIN" demo --listen "127.0.0.1:$1" --data "$DEMO_HOME/data" --log warn >"$DEMO_HOME/out" 2>"$DEMO_HOME/err" &
    DEMO_PID=$!
    local _
    for _ in $(seq 1200); do
        if curl -fs -o /dev/null "$BASE/readyz"; then return; fi
        kill -0 "$DEMO_PID" 2>/dev/null || { cat "$DEMO_HOME/err" >&2; fail "the demonstration ended"; }
        sleep 0.1
    done
    fail "the demonstration did not become ready"
}

end_demo() {
    kill "${DEMO_PID:-}" 2>/dev/null || true
    wait "${DEMO_PID:-}" 2>/dev/null || true
    if [ -s "$DEMO_HOME/err" ] && grep -q ERROR "$DEMO_HOME/err"; then
        say "What the server logged as errors:"
        grep ERROR "$DEMO_HOME/err" | head -n 20 >&2
    fi
    rm -rf "$DEMO_HOME"
    end_throw_away_postgres
}

demo_browser() { # whose cookies, then curl's arguments
    local jar=$DEMO_HOME/$1.cookies
    shift
    curl -sS -b "$jar" -c "$jar" -H 'Sec-Fetch-Site: same-origin' "$@"
}

demo_sign_in() { # key of the person
    demo_browser "$1" -o /dev/null --fail-with-body "$BASE/sign-in" \
        --data-urlencode "email=$1@halden.example" --data-urlencode "password=$DEMO_PASSWORD"
}

# Every scope there is: what a role may not, its person's token may not either.
demo_token() { # key of the person, path of the form
    local scopes=() scope
    for scope in $(demo_browser "$1" "$BASE$2" | grep -oE 'value="[a-z]+:[a-z]+"' | cut -d'"' -f2); do scopes+=(-d "scopes=$scope"); done
    demo_browser "$1" --fail-with-body "$BASE$2" --data-urlencode name=fuzz -d days=30 \
        --data-urlencode "password=$DEMO_PASSWORD" "${scopes[@]}" |
        grep -oE 'countersign_[0-9a-f]{64}' | head -n 1
}
