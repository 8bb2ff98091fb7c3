#!/usr/bin/env bash
# Rebuilds and reloads at every change.
set -euo pipefail
. "$(dirname "$0")/env.sh"
scripts/setup.sh
case "$(cargo leptos --version 2> /dev/null)" in
    *0.3.10*) ;;
    *) fail "make dev needs cargo-leptos 0.3.10, about eight minutes to build:
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo install cargo-leptos --version 0.3.10 --locked --debug" ;;
esac
# Names without hashes, so that a changed sheet swaps in without a reload.
LEPTOS_HASH_FILES=false exec cargo leptos watch
