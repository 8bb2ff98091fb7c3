#!/usr/bin/env bash
# All that needs no running: format, lints on both sides, docs, and licences where cargo-deny is.
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
crates=(-p app -p harness -p matching -p server --features app/ssr)

say "format"
cargo fmt --all --check
say "lints, host"
cargo clippy --locked "${crates[@]}" --all-targets -- -D warnings
say "lints, wasm"
cargo clippy --locked -p frontend -p app --features app/hydrate --target wasm32-unknown-unknown \
    --target-dir "$CARGO_TARGET_DIR/front" -- -D warnings
say "docs"
RUSTDOCFLAGS="-D warnings" cargo doc --locked "${crates[@]}" --no-deps --document-private-items
say "browser tests, types"
(cd end2end && tsc --noEmit)
scripts/check-deploy.sh
say "fuzz targets, format and lock file"
cargo fmt --manifest-path fuzz/Cargo.toml --check
cargo tree --locked --manifest-path fuzz/Cargo.toml > /dev/null \
    || fail "Dependencies changed: cargo update --workspace --manifest-path fuzz/Cargo.toml"
if cargo deny --version > /dev/null 2>&1; then
    say "dependencies"
    cargo deny --locked check
else
    say "skipped: cargo-deny is not installed (cargo install cargo-deny --locked)"
fi
