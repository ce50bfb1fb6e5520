#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every benchmark of a build and says on which machine. Ratios within one
# run are what counts; absolute figures depend on the machine.
#
#   scripts/bench.sh BUILD_DIR
set -eu

build=$1
echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)"
for bench in "$build"/bench/bench_*; do
    [ -x "$bench" ] && [ -f "$bench" ] || continue
    echo "== $(basename "$bench")"
    "$bench"
done
