#!/usr/bin/env bash
# Builds, and runs the browser tests against it. usage: scripts/e2e.sh [--release] [PLAYWRIGHT…]
set -euo pipefail
. "$(dirname "$0")/env.sh"
kind=debug
if [ "${1-}" = --release ]; then kind=release; shift; fi
scripts/setup.sh --tests
scripts/build.sh $([ "$kind" = debug ] || echo --release)
say "browser tests, $kind"
cd end2end
MARU_BIN="$root/target/maru/$kind/maru" exec npx playwright test "$@"
