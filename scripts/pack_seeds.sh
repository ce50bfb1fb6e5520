#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the rules of fuzz/pack_rules into the seeds of the pack fuzz target.
# To be run when the pack's format has changed: a test says so.
#
#   scripts/pack_seeds.sh SONDA
set -eu

fuzz=$(cd "$(dirname "$0")/../fuzz" && pwd)
for rules in "$fuzz"/pack_rules/*.yml; do
    name=$(basename "$rules" .yml)
    set -- "$1" compile "$rules" --strict --output "$fuzz/corpus/pack/$name.pack"
    [ -f "$fuzz/pack_rules/policy/$name.yml" ] &&
        set -- "$@" --policy "$fuzz/pack_rules/policy/$name.yml"
    "$@"
done
