#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy over what a build compiles, with the project's .clang-tidy. One file
# a run: version 14 carries the va_list checker's state from file to file.
#
#   scripts/check_tidy.sh BUILD_DIR
#
# One file a run: of several, version 14 takes a va_list for uninitialised.
set -u

cd "$(dirname "$0")/.." || exit 1
git ls-files 'core/*.c' 'compile/*.c' 'host/*.c' 'platform/linux/*.c' 'tools/*.c' |
    grep -v -e '_table\.c$' -e '\.bpf\.c$' -e '_windows\.c$' |
    xargs -P "$(nproc)" -n 1 clang-tidy -p "$1" --quiet 2>/dev/null
