#!/bin/bash
# Runs a command in a root tree as a machine of its own would: that tree is all it sees, in namespaces of
# its own, so that nothing of this host changes. Not by chroot(), in which the kernel lets nobody make
# user namespaces. The command ends with this script.
#
# usage: in_root.sh [--network] ROOT COMMAND...       as root
set -euo pipefail

network=--net
if [[ $1 == --network ]]; then
    network=
    shift
fi
# shellcheck disable=SC2016,SC2086
exec unshare --mount --pid --fork --kill-child --uts --ipc $network bash -c '
    set -e
    cd "$1"
    shift
    mount --bind . .
    cd "$PWD"
    mount -t proc proc proc
    mount --rbind /dev dev
    mount --rbind /sys sys
    pivot_root . mnt
    umount -l /mnt
    cd /root
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 NO_COLOR=1 \
        "$@"' in_root "$@"
