#!/usr/bin/env bash
# Everything that must hold, on a machine where nothing is set up.
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
scripts/setup.sh --tests
scripts/check.sh
say "tests: SQLite, one node"
cargo test --locked -p app -p harness -p matching -p server --features app/ssr
say "tests: PostgreSQL and Redis, two and three nodes"
scripts/services.sh cargo test --locked -p server --features app/ssr
scripts/e2e.sh
# Everybody on the next node in turn; pictures and translations are those of one node.
E2E_NODES=2 scripts/services.sh scripts/e2e.sh --project=desktop chat composer no_js nodes resume
scripts/faults.sh gate
say "all is well"
