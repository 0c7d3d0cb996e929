"""The first image of the rig: a public raw one, uploaded the way a cloud's operator does it."""

import urllib.error
import urllib.request
from pathlib import Path

from parts import daemon, rest
from parts.layout import ROOT, RigError
from parts.users import sign_in

PROPERTIES = {"os_distro": "debian", "os_version": "12", "hw_disk_bus": "virtio", "hw_qemu_guest_agent": "yes"}


def up(rig, file, name):
    """Uploads a file, or a tiny image made here, once in the rig's life."""
    if rig.is_done("image"):
        return
    if file:
        upload(rig, Path(file), name)
    else:
        tiny = rig.path("tmp", "tiny.raw")
        daemon.run(rig, "image-make", ROOT / "tests/support/tiny_image.sh", tiny)
        upload(rig, tiny, name)
        tiny.unlink()
    rig.mark_done("image")


def upload(rig, file, name):
    token, _ = sign_in(rig, "admin", "admin")
    images, log = f"{rig.glance_url}/v2/images", rig.log("glance")
    for leftover in rest.want("GET", f"{images}?name={name}", token=token, log=log)["images"]:
        rest.want("DELETE", f"{images}/{leftover['id']}", token=token, log=log)
    made = rest.want("POST", images, {"name": name, "disk_format": "raw", "container_format": "bare",
                                      "visibility": "public", **PROPERTIES}, token, log)
    with open(file, "rb") as data:
        request = urllib.request.Request(f"{images}/{made['id']}/file", data, method="PUT", headers={
            "Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size),
            "X-Auth-Token": token})
        try:
            rest.DIRECT.open(request, timeout=1800).close()
        except (OSError, urllib.error.HTTPError) as error:
            raise RigError(f"the upload of {file} failed: {error}", log) from error
