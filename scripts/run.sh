#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `make run`: the live sensor, or, where this machine cannot be watched, the
# recording that ships with the project, through the same pipeline.
#
#   scripts/run.sh PROGRAM [OPTION...]
set -u

program=$(realpath "$1")
shift
cd "$(dirname "$0")/.." || exit 1
recording=examples/linux-session.sonda

as_root=
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
fi
$as_root "$program" run "$@"
status=$?
[ $status -eq 4 ] || exit $status

# Exit code 4: refused. The program has said why, and the remedy, in one line.
echo "playing a recording instead: $recording" >&2
exec "$program" replay "$recording"
