#!/usr/bin/env bash
# The figures of docs/performance.md: server on one core, generator on the other.
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
scripts/setup.sh
scripts/build.sh --release
cargo build --locked --release -p harness
harness="$CARGO_TARGET_DIR/release/harness"
server="$root/target/maru/release/maru"
say "ten thousand deliveries a second"
"$harness" load --server "$server" --rooms 1 --people 20 --sends-per-sec 500 --secs 20
say "two thousand sends a second for ten seconds"
"$harness" load --server "$server" --rooms 100 --people 20 --sends-per-sec 2000 --secs 10
say "a room of a thousand, as fast as it goes"
"$harness" load --server "$server" --rooms 1 --people 1000 --closed --secs 20
say "large rooms of five hundred and of five thousand, as many deliveries in each"
"$harness" load --server "$server" --large --people 500 --sends-per-sec 100 --secs 15
"$harness" load --server "$server" --large --people 5000 --sends-per-sec 10 --secs 15
say "idle sockets"
"$harness" idle --server "$server" --sockets 10000
say "start with a million messages"
"$harness" start --server "$server" --messages 1000000
say "encoding, fan-out, append"
cargo bench --locked -p server --bench engine
say "the directory of ten thousand rooms"
cargo bench --locked -p server --bench directory
say "rounds of matchmaking"
cargo bench --locked -p matching --bench round
say "matchmaking, simulated"
"$harness" match --charts docs/matching
say "a hot room on both databases, beside a bare loop"
scripts/setup.sh --tests
scripts/services.sh cargo bench --locked -p server --bench hot_room
