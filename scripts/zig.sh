#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs Zig from PyPI, pinned by hash, into a virtual environment at FOLDER,
# with a compiler for each macOS that we build for: FOLDER/<arch>/{cc,ar,ranlib}.
#
#   scripts/zig.sh FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

if ! cmp -s "$here/zig_requirements.txt" "$folder/installed.txt"; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r "$here/zig_requirements.txt"
    cp "$here/zig_requirements.txt" "$folder/installed.txt"
fi

zig=$("$folder/venv/bin/python" -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")')
for arch in aarch64 x86_64; do
    mkdir -p "$folder/$arch"
    # Zig switches off what the oldest processor lacks, the width of AVX-512's
    # registers too, and then functions for newer ones do not compile.
    wide=
    [ $arch = aarch64 ] || wide=-mevex512
    printf '#!/bin/sh\nexec "%s" cc -target %s-macos.13.0 %s "$@"\n' "$zig" "$arch" "$wide" >"$folder/$arch/cc"
    printf '#!/bin/sh\nexec "%s" ar "$@"\n' "$zig" >"$folder/$arch/ar"
    # Of the options that Apple's ranlib takes it knows none: the archive comes last.
    printf '#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\nexec "%s" ranlib "$1"\n' "$zig" >"$folder/$arch/ranlib"
    chmod +x "$folder/$arch"/*
done
