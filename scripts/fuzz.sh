#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every libFuzzer target of a fuzz build for some seconds each.
#
#   scripts/fuzz.sh BUILD_DIR SECONDS
#
# New inputs go to BUILD_DIR/fuzz/found/<target>, never into the corpus: what is
# worth keeping is named and added by hand.
set -eu

build=$1
seconds=$2
here=$(cd "$(dirname "$0")/.." && pwd)
failed=0
for target in "$build"/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=$(basename "$target" | sed 's/^fuzz_//')
    found=$build/fuzz/found/$name
    mkdir -p "$found"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$found/" "$found" "$here/fuzz/corpus/$name" \
        >"$found.log" 2>&1; then
        echo "ok    $name: $(sed -n 's/.*number_of_executed_units: *//p' "$found.log") runs"
    else
        echo "FAIL  $name: see $found.log"
        failed=1
    fi
done
exit $failed
