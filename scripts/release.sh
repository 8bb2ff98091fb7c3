#!/usr/bin/env bash
# One archive with all that a server needs: target/maru-VERSION-MACHINE.tar.gz
set -euo pipefail
. "$(dirname "$0")/env.sh"
scripts/setup.sh
scripts/build.sh --release
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
name="maru-$version-$(rustc -vV | sed -n 's/^host: //p')"
stage="target/$name"
rm -rf "$stage"
mkdir -p "$stage"
cp -R target/maru/release/{maru,hash.txt,site} "$stage/"
for file in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE; do
    if [ -f "$file" ]; then cp "$file" "$stage/"; fi
done
tar -C target -czf "target/$name.tar.gz" --owner=0 --group=0 "$name"
rm -rf "$stage"
sha256sum "target/$name.tar.gz"
