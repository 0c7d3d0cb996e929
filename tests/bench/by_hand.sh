#!/bin/bash
# What operators type to update an image of a cloud by hand: copy it in Ceph, change the copy in a
# chroot, register it, carry its properties over, take the name. For tests/bench/glance_bench.py alone.
#
# usage: by_hand.sh SOURCE-ID NEW-NAME PAYLOAD COMMAND       needs CEPH_CONF, OS_CLOUD, RIG_*; root
set -euo pipefail
source_id=$1 name=$2 payload=$3 command=$4
pool=$RIG_POOL
work=$(mktemp -d)
copy=by-hand-$$
offset=1048576

rbd cp --no-progress "$pool/$source_id@snap" "$pool/$copy"

touch "$work/disk"
mkdir "$work/root"
qemu-storage-daemon --blockdev "driver=rbd,node-name=disk,pool=$pool,image=$copy,conf=$CEPH_CONF,discard=unmap" \
    --export "type=fuse,id=export,node-name=disk,mountpoint=$work/disk,writable=on" &
daemon=$!
until mountpoint -q "$work/disk"; do sleep 0.05; done
loop=$(losetup --find --show --offset "$offset" "$work/disk")
mount "$loop" "$work/root"
for directory in dev proc sys; do mount --bind "/$directory" "$work/root/$directory"; done
mkdir -p "$work/root/opt/site"
cp "$payload" "$work/root/opt/site/payload"
chroot "$work/root" sh -c "$command"
umount "$work/root"/{dev,proc,sys}
umount "$work/root"
losetup --detach "$loop"
kill "$daemon"
wait "$daemon" || true
rm -r "$work"

id=$(cat /proc/sys/kernel/random/uuid)
token=$(openstack token issue -f value -c id)
api() {
    curl -sSf --noproxy '*' -H "X-Auth-Token: $token" -o /dev/null "$@"
}
api -X POST -H 'Content-Type: application/json' "$RIG_GLANCE/v2/images" -d \
    "{\"id\": \"$id\", \"name\": \"$name\", \"disk_format\": \"raw\", \"container_format\": \"bare\", \"visibility\": \"private\"}"
rbd mv "$pool/$copy" "$pool/$id"
rbd -p "$pool" snap create --no-progress "$id@snap"
rbd -p "$pool" snap protect "$id@snap"
api -X PATCH -H 'Content-Type: application/openstack-images-v2.1-json-patch' "$RIG_GLANCE/v2/images/$id" -d \
    "[{\"op\": \"add\", \"path\": \"/locations/-\", \"value\": {\"url\": \"rbd://$RIG_FSID/$pool/$id/snap\", \"metadata\": {}}}]"
mapfile -t properties < <(openstack image show "$source_id" -f json | python3 -c '
import json, sys
own = ("os_hash_algo", "os_hash_value", "os_hidden", "stores", "locations", "direct_url")
for key, value in json.load(sys.stdin)["properties"].items():
    if key not in own and not key.startswith("owner_specified"):
        print("--property", f"{key}={value}", sep="\n")')
openstack image set --public "${properties[@]}" "$id"
openstack image set --hidden "$source_id"
echo "$id"
