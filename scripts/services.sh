#!/usr/bin/env bash
# Runs a command beside a throw-away PostgreSQL and Redis on free ports of this machine, and ends
# both whatever happens. The command finds them by TEST_POSTGRES_URL and TEST_REDIS_URL.
# usage: scripts/services.sh CMD…
set -euo pipefail
. "$(dirname "$0")/env.sh"
[ $# -gt 0 ] || fail "usage: scripts/services.sh CMD…"

programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2> /dev/null | sort -V | tail -1)
[ -n "$programs" ] || programs=$(dirname "$(command -v initdb || fail "No PostgreSQL here: scripts/setup.sh --tests")")
command -v redis-server > /dev/null || fail "No redis-server here: scripts/setup.sh --tests"

folder=$(mktemp -d "${TMPDIR:-/tmp}/maru-services-XXXXXX")
log="$folder/log"
pids=()

# PostgreSQL refuses to run as root. Both end with this script, even when it is killed.
as_other=(setpriv --pdeathsig INT)
if [ "$(id -u)" = 0 ]; then
    id postgres > /dev/null 2>&1 || fail "PostgreSQL does not run as root, and there is no user postgres"
    as_other=(setpriv --reuid postgres --regid postgres --init-groups --pdeathsig INT)
    chown postgres "$folder"
fi

stop() {
    trap - EXIT INT TERM HUP
    for pid in "${pids[@]}"; do kill -INT "$pid" 2> /dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A port at which nobody answers; whoever takes it before us makes the start fail, and another is tried.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { printf '%s' "$port"; return; }
    done
}

# Tries a few ports: start NAME with PORT, until CHECK says that it is ready.
start() { # NAME
    local name=$1 port pid tries
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        "start_$name" "$port" >> "$log" 2>&1 < /dev/null &
        pid=$!
        for ((tries = 0; tries < 600; tries++)); do
            kill -0 "$pid" 2> /dev/null || break
            if "${name}_ready" "$port" > /dev/null 2>&1; then
                pids+=("$pid")
                started=$port
                return
            fi
            sleep 0.05
        done
        kill -INT "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
    done
    cat "$log" >&2
    fail "$name did not start"
}

start_postgres() {
    exec "${as_other[@]}" "$programs/postgres" -D "$folder/postgres" -p "$1" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
        -c shared_buffers=128MB -c fsync=on -c log_min_messages=fatal
}
postgres_ready() { "$programs/pg_isready" -q -h 127.0.0.1 -p "$1" -U maru -d postgres; }

start_redis() {
    exec "${as_other[@]}" redis-server --port "$1" --bind 127.0.0.1 --dir "$folder" --save "" \
        --appendonly no --loglevel warning
}
redis_ready() { [ "$(redis-cli -h 127.0.0.1 -p "$1" ping)" = PONG ]; }

"${as_other[@]}" "$programs/initdb" -D "$folder/postgres" -U maru -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync > "$log" 2>&1 || { cat "$log" >&2; fail "initdb failed"; }
# One role has a password, so that a wrong one can be tried.
sed -i '1i host all guarded 127.0.0.1/32 scram-sha-256' "$folder/postgres/pg_hba.conf"
start postgres
"$programs/psql" -qX -h 127.0.0.1 -p "$started" -U maru -d postgres \
    -c "create role guarded login password 'open sesame'" >> "$log" 2>&1
export TEST_POSTGRES_URL="postgres://maru@127.0.0.1:$started/postgres"
# For tests that stop one of their own.
export TEST_POSTGRES_PROGRAMS="$programs"
start redis
export TEST_REDIS_URL="redis://127.0.0.1:$started"

"$@" <&0 &
command=$!
trap 'kill -TERM "$command" 2> /dev/null || true; exit 130' INT
trap 'kill -TERM "$command" 2> /dev/null || true; exit 143' TERM HUP
wait "$command"
