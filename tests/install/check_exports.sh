#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The symbols a shared library shows are exactly those of its list.
#
#   check_exports.sh LIBRARY LIST
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -D --defined-only --format=posix "$1" | cut -d' ' -f1 | LC_ALL=C sort >"$work/shown"
LC_ALL=C sort "$2" >"$work/listed"
[ -s "$work/listed" ] || { echo "$2: empty"; exit 1; }
diff "$work/listed" "$work/shown" || { echo "$2 (<) and $1 (>) differ"; exit 1; }
