#!/usr/bin/env bash
# Gets what a build needs; with `--tests` also what the tests need, with `--static` what a static
# program needs. What is there is left alone.
set -euo pipefail
. "$(dirname "$0")/env.sh"

has() { command -v "$1" > /dev/null; }

# Debian packages that are missing, by the command or the font that each of them brings.
packages=()
has cc || packages+=(build-essential)
has node && has npm || packages+=(nodejs npm)
if [ "${1-}" = --static ]; then
    has musl-gcc || packages+=(musl-tools)
fi
if [ "${1-}" = --tests ]; then
    [ -n "${CHROMIUM-}" ] || has chromium || packages+=(chromium)
    ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || has initdb || packages+=(postgresql)
    PATH="$PATH:/usr/sbin" has haproxy || packages+=(haproxy)
    has redis-server || packages+=(redis-server)
    has strace || packages+=(strace)
    ls /usr/lib/*/faketime/libfaketimeMT.so.1 > /dev/null 2>&1 || packages+=(libfaketime)
    fc-list :lang=ko 2> /dev/null | grep -q . || packages+=(fonts-noto-cjk fontconfig)
fi
if [ ${#packages[@]} -gt 0 ]; then
    say "installing ${packages[*]}"
    has apt-get || fail "Please install what brings these Debian packages: ${packages[*]}"
    sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -q
    # The tests start databases of their own: no cluster of Debian's is made, and its services are
    # not needed.
    if [[ " ${packages[*]} " = *" postgresql "* ]] && [ ! -e /etc/postgresql-common ]; then
        "${sudo[@]}" mkdir -p /etc/postgresql-common
        printf 'create_main_cluster = false\n' |
            "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf > /dev/null
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${packages[@]}"
fi

has cargo || fail "Please install Rust 1.95 or newer, with rustup"
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
    say "adding the wasm target"
    rustup target add wasm32-unknown-unknown
fi
if [ "${1-}" = --static ] && [ ! -d "$(rustc --print sysroot)/lib/rustlib/$(uname -m)-unknown-linux-musl" ]; then
    say "adding the target for static programs"
    rustup target add "$(uname -m)-unknown-linux-musl"
fi

if [ "$(wasm-bindgen --version 2> /dev/null)" != "wasm-bindgen $bindgen_version" ]; then
    say "building wasm-bindgen $bindgen_version, about two minutes"
    # Not --locked: its lock file names a crate version that registries may lack.
    CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback CARGO_TARGET_DIR="$CARGO_TARGET_DIR/tools" \
        cargo install wasm-bindgen-cli --version "$bindgen_version" \
        --root "$tools/wasm-bindgen-$bindgen_version"
fi

# npm writes a lock file of its own when it is done; older than ours means another wish.
if [ end2end/package-lock.json -nt end2end/node_modules/.package-lock.json ]; then
    say "npm ci"
    (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund)
    touch end2end/node_modules/.package-lock.json
fi
