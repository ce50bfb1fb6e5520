#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds everything for Windows with mingw-w64, runs the test suite under Wine,
# and compares what sonda.exe prints with what the program of this system does.
#
#   scripts/test_windows.sh SONDA [JOBS]
#
# The libraries are kept in SONDA_CACHE (default: build/cache) between runs.
set -eu

sonda=$1
jobs=${2:-$(nproc)}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
libraries=${SONDA_CACHE:-build/cache}/windows
mkdir -p "$libraries"
libraries=$(cd "$libraries" && pwd)
build=build/windows

scripts/cross_libraries.sh "$libraries" "$root/cmake/toolchain-mingw64.cmake" libuv1 mbedtls cmocka libyaml
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSONDA_SHARED=OFF -DSONDA_BENCH=OFF \
    -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchain-mingw64.cmake" -DSONDA_WINDOWS_PREFIX="$libraries" \
    -DCMAKE_C_FLAGS=-Werror

# A Wine of its own: neither touches the user's nor depends on it.
WINEPREFIX=$root/$build/wine
WINEDEBUG=-all
export WINEPREFIX WINEDEBUG
mkdir -p "$WINEPREFIX"
# One server for all runs, started here: the first program of each would otherwise
# lend its server and devices the pipes that somebody reads to their end.
wineserver -p </dev/null >/dev/null 2>&1
wineboot -i </dev/null >/dev/null 2>&1
trap 'wineserver -k || true' EXIT

cmake --build "$build" --parallel "$jobs"
ctest --test-dir "$build" --output-on-failure --parallel "$jobs"
tests/windows/same_output.py "$sonda" "$build/sonda.exe"

# The program's tests, which need a program's name; file names reach Wine as UTF-8.
printf '#!/bin/sh\nexec wine "%s/sonda.exe" "$@"\n' "$root/$build" >"$build/sonda"
chmod +x "$build/sonda"
failed=0
for script in tests/cli/test_*.py; do
    case $script in */test_live.py) echo "skipped: $script watches this machine"; continue ;; esac
    LC_ALL=C.UTF-8 SONDA="$build/sonda" SONDA_WINDOWS=1 timeout 300 python3 -B "$script" -v >"$build/cli.txt" 2>&1 || failed=1
    grep -E "skipped '|^(FAIL|ERROR)|Error: " "$build/cli.txt" || true
    echo "$script: $(tail -n 1 "$build/cli.txt")"
done
exit $failed
