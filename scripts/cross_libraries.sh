#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the libraries that Sonda needs on another system, from Debian's source
# packages, into PREFIX; does nothing when they are there in the versions that
# Debian has now.
#
#   scripts/cross_libraries.sh PREFIX TOOLCHAIN_FILE PACKAGE...
#
# The sources come by apt from wherever this machine's packages come from: its
# own source list, asked for sources instead of binaries, in a folder beside
# PREFIX, so that the machine's settings stay untouched and root is not needed.
set -eu

prefix=$1
toolchain=$2
shift 2
packages=$*
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
work=$prefix/work
apt=$work/apt

mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc"

# The machine's own list, both forms, with deb-src for deb.
source_list() {
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$list" ] || continue
        sed -n 's/^deb[[:space:]]/deb-src /p' "$list"
    done >"$apt/etc/sources.list"
    mkdir -p "$apt/etc/parts"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] || continue
        sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/etc/parts/$(basename "$list")"
    done
}

with_apt() { # TOOL ARGUMENTS...
    tool=$1
    shift
    "$tool" -o Dir::Etc::SourceList="$apt/etc/sources.list" -o Dir::Etc::SourceParts="$apt/etc/parts" \
        -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User= "$@"
}

# Recipes see $source, $build and $prefix.
cmake_build() {
    cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DBUILD_SHARED_LIBS=OFF -DCMAKE_C_FLAGS=-fvisibility=hidden -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_POLICY_DEFAULT_CMP0042=NEW "$@" >"$build.log" 2>&1 &&
        cmake --build "$build" >>"$build.log" 2>&1 && cmake --install "$build" >>"$build.log" 2>&1 || {
        tail -n 40 "$build.log" >&2
        exit 1
    }
}

# A static library may have a name of its own, and the shared one would be found first.
only_static() { # LIBRARY NAME_OF_THE_STATIC_ONE
    rm -f "$prefix/lib/$1".dll.a "$prefix/lib/$1".*dylib "$prefix/bin/$1.dll"
    [ ! -f "$prefix/lib/$2.a" ] || mv "$prefix/lib/$2.a" "$prefix/lib/$1.a"
}

build_package() { # PACKAGE
    source=$(find "$work/src" -mindepth 1 -maxdepth 1 -type d -name "$(source_folder "$1")" | head -n 1)
    build=$work/build-$1
    case $1 in
    libuv1)
        cmake_build -DLIBUV_BUILD_TESTS=OFF
        only_static libuv libuv_a
        ;;
    mbedtls) cmake_build -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF -DMBEDTLS_FATAL_WARNINGS=OFF ;;
    cmocka)
        cmake_build -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF -DWITH_STATIC_LIB=ON
        only_static libcmocka libcmocka-static
        ;;
    libyaml) cmake_build -DBUILD_TESTING=OFF ;;
    esac
}

source_folder() {
    case $1 in
    libuv1) echo 'libuv1-*' ;;
    *) echo "$1-*" ;;
    esac
}

versions() {
    for package in $packages; do
        with_apt apt-cache showsrc --only-source "$package" 2>/dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1 |
            sed "s/^/$package /"
    done
    cat "$here/scripts/cross_libraries.sh" "$toolchain" | cksum
}

source_list
if ! with_apt apt-get update -qq && [ -f "$prefix/versions" ]; then
    echo "cross_libraries.sh: no package lists to be had; taking the libraries that are there" >&2
    exit 0
fi
wanted=$(versions)
if [ -f "$prefix/versions" ] && [ "$wanted" = "$(cat "$prefix/versions")" ]; then
    exit 0
fi
rm -rf "$work/src" "$work"/build-* "$prefix/include" "$prefix/lib"
mkdir -p "$work/src"
for package in $packages; do
    (cd "$work/src" && with_apt apt-get source -qq "$package" >/dev/null)
    build_package "$package"
done
printf '%s\n' "$wanted" >"$prefix/versions"
