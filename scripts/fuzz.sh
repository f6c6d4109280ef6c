#!/usr/bin/env bash
# Holds the API against its own OpenAPI document with schemathesis: one token for each role, made-up requests, right ones
# and wrong ones. Fails on any 5xx and on any answer that the document does not name.
#   scripts/fuzz.sh small    bounded, with a fixed seed: part of make test
#   scripts/fuzz.sh large    for hours of quiet: make fuzz (EXAMPLES=… for more or fewer a role and operation)
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/demo.sh"
cd "$ROOT"

SIZE=${1:-small}
VENV=$TOOLS/schemathesis
VERSION=4.32.5
if [ "${SKIP_FUZZ:-}" = 1 ]; then
    say "The API was not fuzzed (SKIP_FUZZ=1)"
    exit 0
fi
if [ "$("$VENV/bin/schemathesis" --version 2>/dev/null)" != "schemathesis, version $VERSION" ]; then
    have python3 || fail "python3 is missing: install it to fuzz the API, or set SKIP_FUZZ=1"
    say "Installing schemathesis $VERSION into $VENV (pip)"
    rm -rf "$VENV"
    python3 -m venv "$VENV" || fail "python3 can't make a virtual environment (Debian: apt-get install python3-venv); install that, or set SKIP_FUZZ=1"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$VERSION" ||
        fail "schemathesis $VERSION could not be installed by pip. Install it into $VENV yourself, or set SKIP_FUZZ=1"
fi

start_demo "${PORT:-3979}"
# Whom a role's token acts as. The administrator comes last: it changes who the others are.
PEOPLE=(owner:maya committee:samuel chair:margaret executive:eleanor auditor:felix service:noor admin:noor)
for pair in "${PEOPLE[@]}"; do demo_sign_in "${pair#*:}"; done

service_page() {
    demo_browser noor -o /dev/null -w '%{redirect_url}' --fail-with-body "$BASE/admin/services" \
        --data-urlencode 'name=Fuzzing pipeline' -d roles=owner | sed -E "s|^$BASE||; s|\?.*||"
}
token_of() { # role:key
    case $1 in
    service:*) demo_token "${1#*:}" "$(service_page)" ;;
    *) demo_token "${1#*:}" /account/tokens/new ;;
    esac
}

# All before the first request: made-up votes are wrong passwords, and after some of them the register asks everybody at
# this address to wait.
declare -A tokens
for pair in "${PEOPLE[@]}"; do
    tokens[$pair]=$(token_of "$pair")
    [ -n "${tokens[$pair]}" ] || fail "no token for ${pair%%:*}"
done

# Made-up references mostly name nothing. The document that is tried out names real ones, so that requests get further than
# 404; all else in it is as the API sends it.
ask() { curl -sS -f -H "Authorization: Bearer ${tokens[auditor:felix]}" "$BASE/api/v1/$1" | jq -c "[.items[].$2]"; }
jq -n --argjson systems "$(ask 'systems?limit=30' reference)" --argjson risks "$(ask 'risks?limit=30' reference)" \
    --argjson mitigations "$(ask 'mitigations?limit=30' reference)" --argjson evidence "$(ask evidence reference)" \
    --argjson reviews "$(ask reviews reference)" --argjson people "$(ask people id)" --argjson units "$(ask units id)" \
    --slurpfile document <(curl -sS -f "$BASE/api/v1/openapi.json") '
    { systems: $systems, risks: $risks, mitigations: $mitigations, evidence: $evidence, reviews: $reviews,
      decisions: ["D-1", "D-2", "D-3"], criteria: ["C-1", "C-2", "C-3"] } as $real
    | { unit: $units, owner: $people, person: $people, assignee: $people } as $ids
    | $document[0]
    | .paths |= with_entries((.key / "/")[1] as $area
        | .value[].parameters[]? |= (if .name == "reference" then .schema.enum = ($real[$area] // []) | del(.schema.pattern)
            elif .name == "If-Match" then .schema.enum = ["\"0\"", "\"1\"", "\"2\"", "\"3\""]
            elif .name == "subcategory" then
                .schema.enum = (if $area == "systems" then ["MAP-1.1", "MEASURE-2.1", "MEASURE-2.10"] else ["GOVERN-1.1", "GOVERN-6.2"] end)
            elif .in == "path" and $ids[.name] then .schema.enum = $ids[.name] else . end))
    | .components.schemas |= with_entries(if .key | endswith("Input") then .value.properties[]? |= . else . end
        | if (.key | endswith("Input")) and .value.properties then .value.properties |= with_entries(
            if .value.format == "uuid" and $ids[.key] then
                .value.enum = $ids[.key] + (if .value.type == "string" then [] else [null] end) else . end) else . end)
    ' >"$DEMO_HOME/openapi.json"

# One worker: threads of Python 3.11 trip over each other in its parser.
all=(--checks all --no-color --request-timeout 60 --continue-on-failure --workers 1)
case $SIZE in
small) options=(--seed 20260301 --max-examples "${EXAMPLES:-2}") ;;
large) options=(--max-examples "${EXAMPLES:-60}" --phases examples,coverage,fuzzing,stateful) ;;
*) fail "small or large, not $SIZE" ;;
esac
failed=()
for pair in "${PEOPLE[@]}"; do
    role=${pair%%:*}
    began=$SECONDS
    report=$DEMO_HOME/$role.txt
    code=0
    phases=()
    # Every limit of every field, once: who asks makes no difference to them.
    if [ $SIZE = small ]; then
        if [ "$role" = owner ]; then phases=(--phases examples,coverage,fuzzing); else phases=(--phases examples,fuzzing); fi
    fi
    (cd "$DEMO_HOME" && "$VENV/bin/schemathesis" --config-file "$ROOT/schemathesis.toml" run openapi.json \
        --url "$BASE/api/v1" --header "Authorization: Bearer ${tokens[$pair]}" "${all[@]}" "${options[@]}" \
        ${phases[@]+"${phases[@]}"}) >"$report" 2>&1 || code=$?
    say "$role: $(grep -E '^ *[0-9]+ generated' "$report" | tail -n 1 | sed 's/^ *//') in $((SECONDS - began)) s"
    if [ $code != 0 ]; then
        failed+=("$role")
        sed -n '/= FAILURES =/,$p;/= ERRORS =/,$p' "$report" | awk '!seen[$0]++ || length($0) < 3' | head -n "${LINES_SHOWN:-150}" >&2 || true
    fi
    [ -z "${KEEP:-}" ] || cp "$report" "$KEEP/"
done
[ ${#failed[@]} = 0 ] || fail "The API does not keep to its document (${failed[*]})"
say "The API kept to its document with the tokens of ${#PEOPLE[@]} roles"
