#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that are missing, and nothing else.
#
#   scripts/setup.sh build          what building and running needs
#   scripts/setup.sh build check    and what CI's checks need beside it
#   scripts/setup.sh windows        what building for Windows and running it here need
#   scripts/setup.sh macos          what linking for macOS needs beside Zig, which scripts/zig.sh installs
#
# Asks dpkg only, so that a machine with everything in place waits for nothing.
set -eu

build='build-essential cmake ninja-build pkg-config python3 libuv1-dev libmbedtls-dev libyaml-dev
libcmocka-dev libbpf-dev libelf-dev clang llvm bpftool'
check='clang-format clang-tidy libclang-rt-14-dev git binutils'
windows='mingw-w64 wine wine64 osslsigncode dpkg-dev'
macos='llvm clang libblocksruntime-dev libclang-rt-14-dev dpkg-dev python3-venv'

wanted=
for group in "$@"; do
    case $group in
    build) wanted="$wanted $build" ;;
    check) wanted="$wanted $check" ;;
    windows) wanted="$wanted $windows" ;;
    macos) wanted="$wanted $macos" ;;
    *) echo "setup.sh: no such group: $group" >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: not a Debian system; install by hand:" $wanted >&2
    exit 0
fi
# One call for all: a package that dpkg does not know is missing too.
# shellcheck disable=SC2086 # a list of words on purpose
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $wanted; do
    printf '%s\n' "$installed" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=$(command -v sudo) || {
        echo "setup.sh: these packages are missing and neither root nor sudo is at hand:$missing" >&2
        exit 1
    }
fi
echo "installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
