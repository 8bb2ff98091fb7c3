#!/usr/bin/env bash
# Breaks real servers while people talk, and checks that nothing is lost (docs/reliability.md).
# usage: scripts/faults.sh gate|all|soak
#   gate  a few short runs, and a server with planted bugs that must be noticed; minutes
#   all   every fault on every deployment, FAULT_SEEDS seeds (1), FAULT_SECS seconds each (40);
#         more than an hour for each seed
#   soak  one fault after the other on one deployment, SOAK_HOURS hours (8)
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
scripts/setup.sh --tests
length=${1-gate}
export RUST_BACKTRACE=0

case $length in
    gate) kind=debug flags=() ;;
    all | soak) kind=release flags=(--release) ;;
    *) fail "usage: scripts/faults.sh gate|all|soak" ;;
esac

say "a server that can be made to fail, $kind"
# One server more, not all that it is made of: the feature is of that crate alone.
cargo build --locked -p harness -p server --bin harness --bin maru --features server/planted "${flags[@]}"
out=target/maru/planted
mkdir -p "$out"
cp "$CARGO_TARGET_DIR/$kind/maru" "$out/maru.new"
mv "$out/maru.new" "$out/maru"
run=("$CARGO_TARGET_DIR/$kind/harness" faults --server "$out/maru")
match=("$CARGO_TARGET_DIR/$kind/harness" matchfaults --server "$out/maru")

case $length in
    gate)
        light=(--clients 30 --rooms 8 --rate 90 --jobs 2 --patience 3)
        # Two at a time, and beside whatever else this machine does: hence the patience.
        say "faults, in short"
        "${run[@]}" --fault gate "${light[@]}"
        say "planted bugs"
        "${run[@]}" --self-test "${light[@]}"
        say "matchmaking while whoever leads dies, in short"
        "${match[@]}" --kills 5 --hurry --patience 3
        "${match[@]}" --kills 3 --small --patience 3
        "${match[@]}" --self-test --patience 3
        ;;
    all)
        results=target/faults.json
        "${run[@]}" --fault all --seeds "${FAULT_SEEDS:-1}" --secs "${FAULT_SECS:-40}" --json "$results"
        "${run[@]}" --self-test
        "${run[@]}" --table "$results"
        "${match[@]}" --kills 100
        "${match[@]}" --kills 20 --small
        ;;
    soak)
        "${run[@]}" --fault soak --store postgres --cluster redis --nodes 2 --rate 60 \
            --secs $((${SOAK_HOURS:-8} * 3600)) --json target/soak.json
        ;;
esac
