#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The default rules stay quiet on ordinary work: an idle machine, a package being
# installed, a build, a clone of a local repository raise nothing of level high
# or critical.
#
#   scripts/check_quiet.sh PROGRAM
#
# Needs a machine that can be watched; says so and ends with 0 where it is not.
set -u

program=$1
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" run --no-config --min-level high --output findings >"$work/findings" 2>"$work/errors" &
sensor=$!
sleep 5 # the idle machine
if ! kill -0 $sensor 2>/dev/null; then
    wait $sensor
    [ $? -eq 4 ] && { echo "skipped: $(cat "$work/errors")"; exit 0; }
    cat "$work/errors"
    exit 1
fi

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --reinstall hostname >"$work/apt" 2>&1 ||
        echo "apt-get install did not work here, so it was not watched: $(tail -n 1 "$work/apt")"
fi
git clone -q "$source" "$work/clone"
cmake -S "$work/clone" -B "$work/build" -G Ninja -DSONDA_TESTS=OFF -DSONDA_BENCH=OFF -DSONDA_SHARED=OFF \
    >"$work/cmake" && cmake --build "$work/build" --target sonda >>"$work/cmake" || {
    tail -n 20 "$work/cmake"
    kill $sensor
    exit 1
}
# Silence proves something only when the sensor would have spoken.
bash -c ': canary-of-the-quiet-check /dev/tcp/127.0.0.1/9'
sleep 1
kill -INT $sensor
wait $sensor
if ! grep -q canary-of-the-quiet-check "$work/findings"; then
    echo "the canary was not found: the sensor did not see this machine"
    exit 1
fi
if grep -v canary-of-the-quiet-check "$work/findings"; then
    echo "findings of level high or critical on ordinary work (above)"
    exit 1
fi
echo "nothing of level high or critical"
