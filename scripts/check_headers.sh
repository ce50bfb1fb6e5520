#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every public header compiles alone, as strict C99 and as C++11, with gcc and
# clang, and leaves no implicit padding in its structs.
set -u

cd "$(dirname "$0")/.." || exit 1
failed=0
seen=0

check() { # COMPILER LANGUAGE STANDARD
    # The declaration: C forbids the empty unit that a header of macros makes.
    printf '#include "%s"\nextern int sonda_declared;\n' "$header" |
        "$1" -x "$2" -std="$3" -pedantic-errors -Wall -Wextra -Werror -Wpadded -Iinclude -fsyntax-only - || {
        echo "$header: not self-contained under $1 -std=$3"
        failed=1
    }
}

for path in $(find include -name '*.h' | sort); do
    header=${path#include/}
    seen=$((seen + 1))
    check gcc c c99
    check clang c c99
    check g++ c++ c++11
    check clang++ c++ c++11
done
echo "$seen headers, as C99 and C++11"
[ $failed -eq 0 ] && [ $seen -gt 0 ]
