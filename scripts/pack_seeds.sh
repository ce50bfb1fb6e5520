#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the rules of fuzz/pack_rules into the seeds of the pack fuzz target.
# To be run when the pack's format has changed: a test says so.
#
#   scripts/pack_seeds.sh SONDA
set -eu

sonda=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
# A pack holds its rules' paths as they were given: from here they are the same everywhere.
cd "$(dirname "$0")/../fuzz"
for rules in pack_rules/*.yml; do
    name=$(basename "$rules" .yml)
    set -- "$sonda" compile "$rules" --strict --output "corpus/pack/$name.pack"
    [ -f "pack_rules/policy/$name.yml" ] && set -- "$@" --policy "pack_rules/policy/$name.yml"
    "$@"
done
