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

# The whole sensor; with all of SigmaHQ where the recordings' folder has it.
data=${SONDA_TEST_DATA:-$(dirname "$0")/../../shared/data}
set --
for folder in rules rules-emerging-threats rules-threat-hunting; do
    [ -d "$data/sigma/$folder" ] && set -- "$@" "$data/sigma/$folder"
done
[ $# -gt 0 ] || echo "no SigmaHQ rules at $data/sigma: measured with the default rules only"
[ $# -gt 0 ] || set -- "$(dirname "$0")/../content/rules"
echo "== replay"
"$(dirname "$0")/../bench/replay.py" "$build/sonda" \
    "$data/windows/security-datasets/metasploit_logonpasswords_lsass_memory_dump.zip" "$@"
[ -d "$data/sigma" ] || set --
echo "== sensor"
"$(dirname "$0")/../bench/sensor.py" "$build/sonda" "$build/bench/program_rate" "$@"
