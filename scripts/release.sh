#!/usr/bin/env bash
# One archive with all that a server needs: target/maru-VERSION-MACHINE.tar.gz, and the same as a
# folder: target/release-folder
# usage: scripts/release.sh [--static]    (runs on any Linux, and without one around it)
set -euo pipefail
. "$(dirname "$0")/env.sh"
scripts/setup.sh ${1:+"$1"}
scripts/build.sh --release ${1:+"$1"}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
machine=$(rustc -vV | sed -n 's/^host: //p')
if [ "${1-}" = --static ]; then machine="$(uname -m)-unknown-linux-musl"; fi
name="maru-$version-$machine"
stage="target/$name"
rm -rf "$stage"
mkdir -p "$stage"
cp -R target/maru/release/{maru,hash.txt,site} "$stage/"
for file in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE; do
    if [ -f "$file" ]; then cp "$file" "$stage/"; fi
done
cp -R deploy "$stage/deploy"
rm -rf "$stage/deploy/secrets"
tar -C target -czf "target/$name.tar.gz" --owner=0 --group=0 "$name"
rm -rf target/release-folder
mv "$stage" target/release-folder
sha256sum "target/$name.tar.gz"
