#!/bin/bash
# Makes a small real Debian 12 disk image from the package mirror this machine uses: one ext4 root
# partition, about 270 MB of data, as if it had been captured from a server that ran cloud-init. The
# root tree is made once and cached under the digest of this script; an image is made from it in a
# few seconds, for any virtual size, and its file is sparse. An up-to-date FILE is left as it is.
#
# usage: tests/scripts/debian-image.sh FILE [SIZE]     SIZE as 2G (the default), 20G, 200G
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

readonly suite=bookworm
readonly packages=cloud-init,openssh-server,systemd-sysv,ifupdown,nano,ca-certificates
readonly start=$((1024 * 1024)) # of the partition, in bytes
readonly uuid=11111111-2222-4333-8444-555555555555 # of the filesystem
readonly cache=${RETOUCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/retouch}

# wear_in ROOT: what a server leaves behind that ran once; recipes clean it up.
wear_in() {
    mkdir -p "$1/var/lib/cloud/instances/i-00000001/sem" "$1/var/lib/cloud/data"
    ln -s /var/lib/cloud/instances/i-00000001 "$1/var/lib/cloud/instance"
    echo iid-datasource-openstack >"$1/var/lib/cloud/data/instance-id"
    touch "$1/var/lib/cloud/instances/i-00000001/sem/config_ssh"
    echo "Cloud-init v. 22.4.2 finished" >"$1/var/log/cloud-init-output.log"
    echo b08dfa6083e7567a1921a715000001fb >"$1/etc/machine-id"
    echo "apt-get update" >"$1/root/.bash_history"
    chmod 600 "$1/root/.bash_history"
    echo debian-12 >"$1/etc/hostname"
    echo "UUID=$uuid / ext4 errors=remount-ro 0 1" >"$1/etc/fstab"
}

# make_tree TAR: the root tree, as a tar file with owners. Runs as root.
make_tree() {
    "${BASH_SOURCE[0]%/*}/debian-sources.sh" "$suite" |
        mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$1" -
}

# make_disk TAR DIRECTORY FILE SIZE: partition table and filesystem on a new sparse file. Runs as
# root, because only root can give the files of the tree their owners.
make_disk() {
    local tar=$1 tree=$2 file=$3 size=$4
    mkdir "$tree"
    tar -x --numeric-owner -f "$tar" -C "$tree"
    wear_in "$tree"
    truncate -s "$size" "$file"
    printf 'label: gpt\nlabel-id: 9c1fd0a6-8f4e-4a5e-9d0a-2f5f0d7a5b10\nstart=%dKiB, type=linux\n' \
        $((start / 1024)) | sfdisk -q "$file"
    # The last MiB holds the second copy of the partition table.
    mkfs.ext4 -q -F -L root -U "$uuid" -J size=16 \
        -E "offset=$start,hash_seed=$uuid,lazy_itable_init=1" \
        -d "$tree" "$file" $((($(stat -c %s "$file") - start - 1024 * 1024) / 1024))k
    rm -rf "$tree"
}

if [[ ${1-} == --as-root ]]; then # the part of the work that as_root starts below
    shift
    "$@"
    exit
fi

(($# == 1 || $# == 2)) || die "usage: ${0##*/} FILE [SIZE]"
out=$1 size=${2:-2G}
[[ $size =~ ^[0-9]+G$ ]] || die "the size is whole gibibytes, as in 20G, not '$size'"
mkdir -p "$cache" "$(dirname "$out")"
tar=$cache/debian-12-$(sha256sum "${BASH_SOURCE[0]}" | head -c 12).tar

exec 9>"$cache/lock"
flock -n 9 || {
    say "Waiting for another run to finish making the Debian image"
    flock 9
}
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'as_root "Cleaning up" rm -rf "$work" "$out.part"' EXIT

if [[ ! -s $tar ]]; then
    stage "Making a Debian 12 root tree (once)" \
        as_root "Making a Debian image" "${BASH_SOURCE[0]}" --as-root make_tree "$work/tree.tar"
    as_root "Making a Debian image" chown "$(id -u):$(id -g)" "$work/tree.tar"
    rm -f "$cache"/debian-12-*.tar
    mv "$work/tree.tar" "$tar"
fi
if [[ $out -nt $tar && $(stat -c %s "$out") == $((${size%G} << 30)) ]]; then
    exit 0
fi
stage "Making a Debian disk image of $size" \
    as_root "Making a Debian image" "${BASH_SOURCE[0]}" --as-root \
    make_disk "$tar" "$work/tree" "$out.part" "$size"
as_root "Making a Debian image" chown "$(id -u):$(id -g)" "$out.part"
mv -f "$out.part" "$out"
