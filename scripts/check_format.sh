#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# clang-format over every C file but the generated tables.
set -u

cd "$(dirname "$0")/.." || exit 1
git ls-files '*.c' '*.h' | grep -v '_table\.[ch]$' | xargs clang-format --dry-run -Werror
