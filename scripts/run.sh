#!/usr/bin/env bash
# Builds the release and serves it at http://127.0.0.1:3000, with its data in ./data.
set -euo pipefail
. "$(dirname "$0")/env.sh"
say "the first build takes about five minutes on two cores"
scripts/setup.sh
scripts/build.sh --release
export LEPTOS_HASH_FILES=true
exec target/maru/release/maru "$@"
