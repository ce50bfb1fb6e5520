#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs a build into an empty folder and builds an embedder outside the tree
# against each library: with pkg-config shared and static, and with
# find_package(Sonda COMPONENTS ...). Each must run, and the shared one must
# need no library of the project but those it uses.
#
#   test_install.sh BUILD_DIR SOURCE_DIR
set -eu

build=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" >"$work/install.log"
libdir=$(dirname "$(find "$prefix" -name libsonda.a)")
export PKG_CONFIG_PATH="$libdir/pkgconfig"
cc=${CC:-cc}

fail() {
    echo "install: $*"
    exit 1
}

# Packages are configured for the build's prefix; --define-prefix moves them.
flags() { # PACKAGE [--static]
    pkg-config --define-prefix --cflags --libs "$@" || fail "pkg-config $*"
}

embed() { # COMPONENT PACKAGE SOURCE NEEDED ARGUMENT
    component=$1 package=$2 file=$3 needed=$4 argument=$5
    # shellcheck disable=SC2046
    $cc -std=c11 -Wall -Werror "$file" -o "$work/$component" -Wl,--as-needed $(flags "$package")
    LD_LIBRARY_PATH=$libdir "$work/$component" $argument >"$work/$component.out" || fail "$component (shared) did not run"
    [ -s "$work/$component.out" ] || fail "$component printed nothing"
    got=$(readelf -d "$work/$component" | sed -n 's/.*NEEDED.*\[\(libsonda[^.]*\).*/\1/p' | sort | tr '\n' ' ')
    [ "$got" = "$needed" ] || fail "$component needs '$got', expected '$needed'"

    # Static: the project's libraries from their archives, the system's shared.
    archives=
    for name in $(flags "$package" | tr ' ' '\n' | sed -n 's/^-l\(sonda.*\)/\1/p'); do
        archives="$archives $libdir/lib$name.a"
    done
    # shellcheck disable=SC2046,SC2086
    $cc -std=c11 "$file" -o "$work/$component-static" -I"$prefix/include" $archives \
        $(flags "$package" --static | tr ' ' '\n' | grep -v '^-lsonda')
    "$work/$component-static" $argument >"$work/$component-static.out" || fail "$component (static) did not run"
    cmp -s "$work/$component.out" "$work/$component-static.out" || fail "$component differs between shared and static"

    mkdir -p "$work/cmake-$component"
    cp "$file" "$work/cmake-$component/embed.c"
    cat >"$work/cmake-$component/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(embed LANGUAGES C)
find_package(Sonda REQUIRED COMPONENTS $component)
add_executable(embed embed.c)
target_link_libraries(embed PRIVATE Sonda::$component)
add_executable(embed_static embed.c)
target_link_libraries(embed_static PRIVATE Sonda::${component}_static)
END
    cmake -S "$work/cmake-$component" -B "$work/cmake-$component/build" -DCMAKE_PREFIX_PATH="$prefix" \
        >"$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; fail "find_package($component)"; }
    cmake --build "$work/cmake-$component/build" >"$work/cmake.log" 2>&1 ||
        { cat "$work/cmake.log"; fail "building $component with CMake"; }
    LD_LIBRARY_PATH=$libdir "$work/cmake-$component/build/embed" $argument >/dev/null || fail "$component built with CMake did not run"
    "$work/cmake-$component/build/embed_static" $argument >/dev/null || fail "$component built with CMake did not run"
    echo "ok $component"
}

"$build/sonda" compile "$source/content/rules" -o "$work/rules.pack" >/dev/null || fail "no pack to embed"
here=$source/tests/install
embed core sonda "$source/examples/embed.c" 'libsonda ' "$work/rules.pack"
embed compile sonda-compile "$here/embed_compile.c" 'libsonda-compile ' ''
embed host sonda-host "$here/embed_host.c" 'libsonda libsonda-host ' ''
if [ -e "$libdir/libsonda-linux.a" ]; then
    embed linux sonda-linux "$here/embed_linux.c" 'libsonda-linux ' ''
fi

for file in share/man/man1/sonda.1 share/bash-completion/completions/sonda bin/sonda; do
    [ -e "$prefix/$file" ] || fail "$file is not installed"
done
soname=$(readelf -d "$libdir/libsonda.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ "$soname" = libsonda.so.0 ] || fail "soname is $soname"
