#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs the driver's cases under Wine, against our fltmgr.sys.
#
#   tests/windows/fltmgr/run.sh FOLDER
#
# FOLDER has the modules and the client. It has a Wine of its own for this: in
# the user's, or the other tests', a filter manager is not to be replaced.
set -eu

folder=$1
WINEPREFIX=$folder/wine
WINEDEBUG=-all
WINEDLLOVERRIDES="fltmgr.sys=n,b"
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
trap 'wineserver -k || true' EXIT
mkdir -p "$WINEPREFIX"
wineboot -i >/dev/null 2>&1
# The first start of a Wine goes on behind its back, and would time out ours.
wineserver -w
cp "$folder/fltmgr.sys" "$WINEPREFIX/drive_c/windows/system32/drivers/fltmgr.sys"
cp "$folder/sonda_driver_test.sys" "$WINEPREFIX/drive_c/sonda.sys"
timeout 240 wine "$folder/driver_client.exe" 'C:\sonda.sys'
