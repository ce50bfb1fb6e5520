#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Links sonda, libsonda.dylib and the adapter for both kinds of Mac with Zig, and
# checks the files: what they are, which macOS they ask for, what they load and
# show. None of these can run here; the adapter's own logic does, with clang,
# sanitizers and an Endpoint Security of the tests'.
#
#   scripts/test_macos.sh SONDA_EMBED [JOBS]
#
# SONDA_EMBED is the tool of this system's build that packs the default rules.
# Zig and the libraries are kept in SONDA_CACHE (default: build/cache).
set -eu

embed=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
jobs=${2:-$(nproc)}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
cache=${SONDA_CACHE:-build/cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
passed=0
failed=0

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name"
    fi
}

build() { # ARCH
    SONDA_MACOS_TOOLS=$cache/zig/$1
    export SONDA_MACOS_TOOLS
    scripts/cross_libraries.sh "$cache/macos-$1" "$root/cmake/toolchain-macos.cmake" libuv1 mbedtls libyaml
    cmake -S . -B "build/macos-$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSONDA_TESTS=OFF -DSONDA_BENCH=OFF \
        -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchain-macos.cmake" -DSONDA_MACOS_TOOLS="$SONDA_MACOS_TOOLS" \
        -DSONDA_MACOS_PREFIX="$cache/macos-$1" -DSONDA_EMBED_PROGRAM="$embed" -DCMAKE_C_FLAGS=-Werror
    cmake --build "build/macos-$1" --parallel "$jobs"
}

is_for() { # FILE WORD: the CPU as llvm-objdump names it
    llvm-objdump --macho --private-headers "$1" | grep -q "^ *MH_MAGIC_64 *$2 "
}
asks_for_13() { # FILE
    llvm-objdump --macho --private-headers "$1" | grep -A 5 LC_BUILD_VERSION | grep -qE 'minos 13\.0'
}
loads_only() { # FILE PATTERN
    [ -f "$1" ] && ! llvm-objdump --macho --dylibs-used "$1" | sed 1d | sed 's/^[[:space:]]*//' | grep -vE "$2"
}
loads() { # FILE LIBRARY
    llvm-objdump --macho --dylibs-used "$1" | grep -q "^[[:space:]]*$2 "
}
shows_its_list() { # FILE LIST
    llvm-objdump --macho --exports-trie "$1" | sed -n 's/^0x[0-9A-Fa-f]*  *_//p' | sort >"$1.shown"
    grep '^sonda_' "$2" | sort | diff - "$1.shown" | head -n 20 | tee "$1.differences"
    [ ! -s "$1.differences" ]
}

checks_for() { # TARGET: the adapter's files that need no header of the system's
    for file in platform/mac/*.c; do
        case $file in */system_darwin.c) continue ;; esac
        grep -qE '#include <(pthread|stdio|string)\.h>|source\.h"|capabilities\.h"|tickets\.h"' "$file" && continue
        clang -target "$1-apple-macos13" -std=c11 -ffreestanding -fblocks -fsyntax-only -Wall -Wextra -Werror \
            -I. -Iinclude "$file" || return 1
    done
    # Sizes and places are asserted in here, for each target.
    printf '#include "platform/mac/es_events.h"\n' | clang -target "$1-apple-macos13" -std=c11 -ffreestanding \
        -fblocks -fsyntax-only -Wall -Wextra -Werror -I. -x c -
}

# The adapter against the fake: NAME SANITIZERS
against_the_fake() {
    CC=clang cmake -S . -B "build/macos-fake-$1" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSONDA_SANITIZE="$2" \
        -DSONDA_BENCH=OFF -DSONDA_LINUX=OFF >/dev/null || return 1
    cmake --build "build/macos-fake-$1" --parallel "$jobs" --target $fake_tests >"build/macos-fake-$1/build.log" || {
        tail -n 40 "build/macos-fake-$1/build.log"
        return 1
    }
    for test in $fake_tests; do
        "build/macos-fake-$1/tests/$test" >"build/macos-fake-$1/$test.log" 2>&1 || {
            tail -n 40 "build/macos-fake-$1/$test.log"
            return 1
        }
    done
}
fake_tests=$(for file in tests/unit/mac/test_*.c; do echo "unit_mac_$(basename "$file" .c)"; done | tr '\n' ' ')

if command -v clang >/dev/null && printf 'int main(void) { void (^b)(void) = ^{ }; b(); }' |
    clang -fblocks -x c - -lBlocksRuntime -o "$cache/blocks" 2>/dev/null; then
    for arch in arm64 x86_64; do
        check "$arch: the declarations hold their layouts" checks_for $arch
    done
    check "the adapter with ASan and UBSan" against_the_fake asan address,undefined
    check "the adapter with TSan" against_the_fake tsan thread
else
    echo "skip  the adapter's own tests: no clang with libblocksruntime-dev"
fi

scripts/zig.sh "$cache/zig"
for arch in aarch64 x86_64; do
    cpu=ARM64
    [ $arch = aarch64 ] || cpu=X86_64
    check "$arch: builds without a warning" build $arch
    for file in sonda core/libsonda.dylib platform/mac/libsonda-mac.dylib; do
        path=build/macos-$arch/$file
        check "$arch: $file is for $cpu" is_for "$path" $cpu
        check "$arch: $file asks for macOS 13" asks_for_13 "$path"
        check "$arch: $file loads nothing but the system" \
            loads_only "$path" '^(/usr/lib/(libSystem\.B|libEndpointSecurity|libbsm\.0)\.dylib|@rpath/libsonda)'
    done
    check "$arch: libsonda.dylib shows core/exports.txt" \
        shows_its_list build/macos-$arch/core/libsonda.dylib core/exports.txt
    check "$arch: libsonda-mac.dylib shows platform/mac/exports.txt" \
        shows_its_list build/macos-$arch/platform/mac/libsonda-mac.dylib platform/mac/exports.txt
    check "$arch: sonda asks for Endpoint Security" \
        loads build/macos-$arch/sonda /usr/lib/libEndpointSecurity.dylib
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
