#!/usr/bin/env bash
# Checks what is in deploy/, as far as this machine can; says what it cannot.
#   scripts/check-deploy.sh                          the files
#   scripts/check-deploy.sh --root PROGRAM [SITE]    and a static program, in an empty root
#   (scripts/release.sh --static makes one: target/release-folder/maru and …/site)
set -euo pipefail
. "$(dirname "$0")/env.sh"
PATH="$PATH:/usr/sbin:/sbin"
has() { command -v "$1" > /dev/null; }
skip() { say "skipped: $*"; }
scratch=$(mktemp -d)
started=
cleanup() {
    if [ -n "$started" ]; then kill "$started" 2> /dev/null || true; fi
    rm -rf "$scratch"
}
trap cleanup EXIT

# Exposure of the units as systemd counts it, in tenths: 20 is "2.0 OK".
exposure_max=20

units() {
    if ! has systemd-analyze; then
        skip "the units: there is no systemd-analyze here"
        return
    fi
    say "units"
    # The program they start is not on this machine.
    local unit
    for unit in maru.service maru@.service; do
        sed 's|^ExecStart=.*|ExecStart=/bin/true|' "deploy/$unit" > "$scratch/$unit"
    done
    cp "$scratch/maru@.service" "$scratch/maru@3001.service"
    for unit in maru.service maru@3001.service; do
        systemd-analyze verify --man=no "$scratch/$unit"
        systemd-analyze security --offline=yes --threshold=$exposure_max "$scratch/$unit" \
            | tail -1 >&2
    done
}

proxy() {
    local haproxy
    haproxy=$(command -v haproxy || true)
    if [ -z "$haproxy" ]; then
        skip "the proxy's configuration: there is no haproxy here (Debian package haproxy)"
        return
    fi
    say "proxy"
    "$haproxy" -c -q -f deploy/haproxy.cfg
}

compose() {
    local compose
    if docker compose version > /dev/null 2>&1; then compose=(docker compose)
    elif has docker-compose; then compose=(docker-compose)
    else
        skip "compose.yaml: there is neither docker compose nor docker-compose here"
        return
    fi
    say "compose"
    mkdir "$scratch/deploy"
    cp deploy/compose.yaml deploy/make-secrets.sh deploy/haproxy.cfg "$scratch/deploy/"
    "$scratch/deploy/make-secrets.sh" > /dev/null
    "${compose[@]}" -f "$scratch/deploy/compose.yaml" config > /dev/null
}

# The static program alone: no libraries, no shell, nobody's rights, only its two folders.
empty_root() {
    say "static program in an empty root"
    local program=$1 site=$2 port=$((20000 + RANDOM % 12000)) room="$scratch/root" as=()
    if ldd "$program" > "$scratch/ldd" 2>&1 && ! grep -q 'statically linked' "$scratch/ldd"; then
        fail "$program needs libraries: $(cat "$scratch/ldd")"
    fi
    if [ "$(id -u)" = 0 ]; then as=("$(command -v chroot)" --userspec=65532:65532 "$room")
    elif unshare --user --map-root-user true 2> /dev/null; then
        as=("$(command -v unshare)" --user --map-root-user "$(command -v chroot)" "$room")
    else
        skip "the empty root: it takes root or user namespaces"
        return
    fi
    mkdir -p "$room/maru" "$room/data"
    chmod 755 "$scratch" "$room"
    cp "$program" "$room/maru/maru"
    cp -R "$site" "$room/maru/site"
    if [ "$(id -u)" = 0 ]; then chown 65532:65532 "$room/data"; fi
    local env=(MARU_LISTEN="127.0.0.1:$port" MARU_DATA_DIR=/data MARU_SITE_DIR=/maru/site
        MARU_METRICS_LISTEN=off)
    env -i "${env[@]}" "${as[@]}" /maru/maru serve > "$scratch/log" 2>&1 &
    started=$!
    local tries=0
    until env -i "${env[@]}" "${as[@]}" /maru/maru check-ready 2> "$scratch/why"; do
        tries=$((tries + 1))
        if [ $tries -ge 100 ] || ! kill -0 "$started" 2> /dev/null; then
            fail "not ready: $(cat "$scratch/why" "$scratch/log")"
        fi
        sleep 0.1
    done
    if has curl; then
        curl -fsS "http://127.0.0.1:$port/sign-in" | grep -q '<form' || fail "there is no page"
    fi
    kill "$started"
    wait "$started" || fail "did not stop in order: $(cat "$scratch/log")"
    started=
    [ -s "$room/data/maru.db" ] || fail "there is no database in its data folder"
    (cd "$room" && find . -type f | grep -v '^./maru/' | sed 's/^/    /') >&2
}

units
proxy
compose
if [ "${1-}" = --root ]; then
    empty_root "$2" "${3:-public}"
fi
