#!/usr/bin/env bash
# Everything that must hold, on a machine where nothing is set up.
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
scripts/setup.sh --tests
scripts/check.sh
say "tests"
cargo test --locked -p app -p harness -p server --features app/ssr
scripts/e2e.sh
say "all is well"
