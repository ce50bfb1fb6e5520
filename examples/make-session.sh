#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes examples/linux-session.sonda again.
#
#   examples/make-session.sh PROGRAM DEBIAN-ROOT OUT
#
# PROGRAM is sonda; DEBIAN-ROOT a Debian root file system (debootstrap) with
# python3 and curl. As root: the session runs in namespaces of its own, on a
# layer over DEBIAN-ROOT that is thrown away, and what the rest of the machine
# did meanwhile is cut out of the recording.
set -eu

if [ "${1:-}" = --inside ]; then
    base=$2 script=$3 layer=$4
    mount --make-rprivate /
    hostname demo
    ip link set lo up
    mount -t tmpfs tmpfs "$layer"
    mkdir "$layer/upper" "$layer/work" "$layer/root"
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
    cd "$layer/root"
    mkdir -p old etc/cron.d etc/sudoers.d
    mount -t proc proc proc
    mount -t tmpfs tmpfs dev
    mkdir dev/shm
    mknod -m 666 dev/null c 1 3
    mknod -m 666 dev/urandom c 1 9
    mknod -m 666 dev/random c 1 8
    ln -s /proc/self/fd dev/fd
    echo demo >etc/hostname
    echo '127.0.0.1 localhost demo' >etc/hosts
    cp "$script" root/demo.sh
    pivot_root . old
    cd /
    umount -l /old
    rmdir /old
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh /root/demo.sh
fi

program=$1 base=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/layer"
"$program" record -o "$work/all.sonda" --for 600s &
recorder=$!
sleep 2
unshare --mount --pid --uts --ipc --net --fork "$here/make-session.sh" --inside "$base" "$here/session.sh" "$work/layer"
sleep 1
kill -INT "$recorder"
wait "$recorder"
"$here/../scripts/cut_recording.py" "$work/all.sonda" "$out" /root/demo.sh
