#!/usr/bin/env bash
# Restarts the nodes of a deployment one after the other, while people talk: each drains, is
# restarted, and is heard again before the next one's turn.
#
# usage: deploy/roll.sh URL COMMAND NODE…
#   deploy/roll.sh https://chat.example 'docker compose -p maru restart' one two three
#   deploy/roll.sh http://127.0.0.1:8080 ./restart.sh hall-3001 hall-3002
#
# COMMAND is called with the node's name. An admin's name and password are the first two lines of
# the input. It stops at the first node that does not come back: the others go on serving.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
api="${1%/}/api/v1" command=$2
shift 2
wait_secs=60
# The proxy needs two bad answers, a second apart, to pass a node over.
notice_secs=3

jar=$(mktemp)
trap 'rm -f "$jar"' EXIT
fail() { printf '%s\n' "$*" >&2; exit 1; }
ask() { curl -fsS --max-time 10 --retry 3 -b "$jar" "$@"; }
# The password goes by the input, where no list of processes shows it.
escaped() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

read -r name && read -r password || fail "Please give an admin's name and password, a line each."
printf '{"name":"%s","password":"%s"}' "$(escaped "$name")" "$(escaped "$password")" \
    | curl -fsS --max-time 10 -c "$jar" -o /dev/null -H 'content-type: application/json' -d @- "$api/logins" \
    || fail "Cannot sign in at $api."

# What is told of the node of that name, in one line; nothing when it is not heard.
told() { ask "$api/nodes" | tr '{' '\n' | grep -F "\"name\":\"$1\"" || true; }
# A field of it.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# Waits until what is told of a node is so.
await() {
    local node=$1 what=$2 tries=0
    shift 2
    until "$@" "$(told "$node")"; do
        tries=$((tries + 1))
        [ $tries -lt $((wait_secs * 2)) ] || fail "$node $what not in $wait_secs s; the others were left alone."
        sleep 0.5
    done
}
is_empty() { [ "$(field sessions <<< "$1")" = 0 ]; }
is_new() { [ -n "$2" ] && [ "$(field id <<< "$2")" != "$1" ] && [ "$(field draining <<< "$2")" = false ]; }

for node in "$@"; do
    id=$(told "$node" | field id)
    [ -n "$id" ] || fail "There is no node named $node at $api."
    echo "$node drains"
    ask -X POST -o /dev/null "$api/nodes/$id/drain"
    sleep $notice_secs
    await "$node" "got rid of its sockets" is_empty
    echo "$node restarts"
    $command "$node"
    await "$node" "came back" is_new "$id"
    echo "$node is back"
done
ask -X DELETE -o /dev/null "$api/logins/current" || true
