#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Links sonda and libsonda.dylib for both kinds of Mac with Zig, and checks the
# files: what they are, which macOS they ask for, what they load and show.
# Nothing of it can run here.
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
shows_its_list() { # FILE LIST
    llvm-objdump --macho --exports-trie "$1" | sed -n 's/^0x[0-9A-Fa-f]*  *_//p' | sort >"$1.shown"
    grep '^sonda_' "$2" | sort | diff - "$1.shown" | head -n 20 | tee "$1.differences"
    [ ! -s "$1.differences" ]
}

scripts/zig.sh "$cache/zig"
for arch in aarch64 x86_64; do
    cpu=ARM64
    [ $arch = aarch64 ] || cpu=X86_64
    check "$arch: builds without a warning" build $arch
    for file in sonda core/libsonda.dylib; do
        path=build/macos-$arch/$file
        check "$arch: $file is for $cpu" is_for "$path" $cpu
        check "$arch: $file asks for macOS 13" asks_for_13 "$path"
        check "$arch: $file loads nothing but the system" \
            loads_only "$path" '^(/usr/lib/(libSystem\.B|libEndpointSecurity|libbsm\.0)\.dylib|@rpath/libsonda)'
    done
    check "$arch: libsonda.dylib shows core/exports.txt" \
        shows_its_list build/macos-$arch/core/libsonda.dylib core/exports.txt
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
