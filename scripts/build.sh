#!/usr/bin/env bash
# Builds both halves without cargo-leptos, and puts what is needed to run into one folder:
#   target/maru/{debug,release}/{maru,hash.txt,site/}
# usage: scripts/build.sh [--release [--static]]
# With --static the server needs no library of the machine it runs on: it is built with musl.
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim

if [ "${1-}" = --release ]; then
    kind=release front_kind=wasm-release
    front=(--profile wasm-release) back=(--release)
else
    kind=debug front_kind=debug front=() back=()
fi
out=target/maru/$kind
built="$CARGO_TARGET_DIR/$kind/maru"
if [ "${2-}" = --static ]; then
    machine="$(uname -m)-unknown-linux-musl"
    back+=(--target "$machine")
    built="$CARGO_TARGET_DIR/$machine/$kind/maru"
fi

say "server, $kind"
cargo build --locked -p server --bin maru "${back[@]}"
say "browser, $kind"
cargo build --locked -p frontend --lib --target wasm32-unknown-unknown \
    --target-dir "$CARGO_TARGET_DIR/front" "${front[@]}"
wasm="$CARGO_TARGET_DIR/front/wasm32-unknown-unknown/$front_kind/frontend.wasm"

mkdir -p "$out"
# By another name first: a server that runs from there keeps its file.
cp "$built" "$out/maru.new"
mv "$out/maru.new" "$out/maru"
if [ -f "$out/hash.txt" ] && cmp -s "$wasm" "$out/frontend.wasm" \
    && [ -z "$(find style public scripts Cargo.lock -newer "$out/hash.txt" -print -quit)" ]; then
    exit 0
fi

say "site, $kind"
rm -rf "$out/site" "$out/hash.txt"
mkdir -p "$out/site/pkg"
cp -R public/. "$out/site/"
wasm-bindgen --target web --no-typescript --out-name maru --out-dir "$out/site/pkg" "$wasm"
mv "$out/site/pkg/maru_bg.wasm" "$out/site/pkg/maru.wasm"
if [ "$kind" = release ]; then
    # npm's binaryen: Debian 12's miscompiles.
    wasm-opt -Oz "$out/site/pkg/maru.wasm" -o "$out/site/pkg/maru.opt"
    mv "$out/site/pkg/maru.opt" "$out/site/pkg/maru.wasm"
fi
node scripts/site.mjs "$out" "$kind"
cp "$wasm" "$out/frontend.wasm"
