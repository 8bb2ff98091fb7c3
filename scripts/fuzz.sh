#!/usr/bin/env bash
# Looks for inputs that break a promise, with libFuzzer: the targets of fuzz/, one after another.
# usage: scripts/fuzz.sh [SECONDS-EACH [TARGET…]]
# Works with the pinned compiler: libFuzzer comes with the crate libfuzzer-sys, and the marks that
# it follows are an option of every rustc. What it finds lies in fuzz/artifacts and is tried again with
#   scripts/fuzz.sh 0 TARGET < /dev/null, after a copy of it was put into fuzz/corpus/TARGET
set -euo pipefail
. "$(dirname "$0")/env.sh"
claim
secs=${1:-60}
shift || true
if [ $# -gt 0 ]; then
    targets=("$@")
else
    mapfile -t targets < <(find fuzz/fuzz_targets -name '*.rs' -exec basename {} .rs \; | sort)
fi
machine=$(rustc -vV | sed -n 's/^host: //p')
out="$CARGO_TARGET_DIR/fuzz"

say "building the fuzz targets, some minutes the first time"
# In place of those of .cargo/config.toml, which it therefore repeats.
RUSTFLAGS="--cfg=erase_components --cfg=fuzzing -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares" \
    cargo build --locked --release --manifest-path fuzz/Cargo.toml --bins \
    --target "$machine" --target-dir "$out"

for target in "${targets[@]}"; do
    say "$target, $secs s"
    mkdir -p "$out/found/$target" "fuzz/artifacts/$target"
    limit=(-max_total_time="$secs")
    if [ "$secs" = 0 ]; then limit=(-runs=0); fi
    # New inputs are kept beside the build; the corpus is chosen by hand.
    nice "$out/$machine/release/$target" "${limit[@]}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="fuzz/artifacts/$target/" \
        "$out/found/$target" "fuzz/corpus/$target"
done
