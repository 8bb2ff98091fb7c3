# Sourced by the other scripts: one build folder outside the clone, so that clones share what
# they build, and the pinned tools first on PATH.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
tools="${MARU_TOOLS:-$HOME/.cache/maru/tools}"
bindgen_version=$(grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p')
[ -d "$HOME/.cargo/bin" ] && PATH="$PATH:$HOME/.cargo/bin"
export PATH="$tools/wasm-bindgen-$bindgen_version/bin:$root/end2end/node_modules/.bin:$PATH"
if [ -z "${CARGO_TARGET_DIR-}" ] && command -v rustc > /dev/null; then
    CARGO_TARGET_DIR="$HOME/.cache/maru/target-$(rustc --version | cut -d' ' -f2)"
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR-}"

# Cargo tells the crates of two clones apart by the age of their files only: a clone that did not
# build here last makes its own look new, so that it never runs what another one built.
claim() {
    mkdir -p "$CARGO_TARGET_DIR"
    if [ "$(cat "$CARGO_TARGET_DIR/clone" 2> /dev/null)" != "$root" ]; then
        find app frontend harness matching server -name '*.rs' -exec touch {} +
        printf '%s' "$root" > "$CARGO_TARGET_DIR/clone"
    fi
}

say() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
