"""A world whose catalog is the Glance of a running rig (RETOUCH_RIG), and other eyes on what is there.

What is claimed about the cloud is seen through REST, `openstack`, `rbd` and `rados`, never through our own code.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import unittest
import uuid
from pathlib import Path

from world import ROOT, World, sha256

sys.path.insert(0, str(ROOT / "tests/rig"))

from parts import rest  # noqa: E402
from parts.layout import POOL, VM_POOL, open_rig  # noqa: E402
from parts.users import sign_in  # noqa: E402

RIG = os.environ.get("RETOUCH_RIG")
needs_rig = unittest.skipUnless(RIG, "needs a rig: tests/rig/up, and its directory in RETOUCH_RIG")


def run(*command, **more):
    """What a command prints; it must succeed."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} exited with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Cloud(World):
    """`with Cloud() as world:`; it removes every image it made or saw being made."""

    def __enter__(self):
        self.rig = open_rig(Path(RIG))
        self.ceph = {**os.environ, "CEPH_CONF": str(self.rig.ceph_conf)}
        self.token, _ = sign_in(self.rig, "admin", "admin")
        self.before = {record["id"] for record in self.records()}
        # What another case left is its own fault.
        self.present = {*self.rbd("ls").split(), *self.objects()}
        return super().__enter__()

    def __exit__(self, *exception):
        for record in self.records():
            if record["id"] not in self.before:
                self.delete(record["id"])
        super().__exit__(*exception)

    def configure(self, catalog, cloud="admin", **rbd):
        """Makes that cloud of the rig's clouds.yaml the catalog; `rbd` replaces how its Ceph is reached."""
        self.catalog = catalog
        self.environment = {
            "OS_CLIENT_CONFIG_FILE": str(self.rig.path("clouds.yaml")), "NO_PROXY": "127.0.0.1",
            "XDG_STATE_HOME": str(self.directory / "state"), "XDG_CACHE_HOME": str(self.directory / "cache")}
        rbd = {"conf": str(self.rig.ceph_conf), "user": "glance", "keyring": str(self.rig.keyring("glance")), **rbd}
        (self.directory / "retouch.yaml").write_text(
            "default: cloud\ncatalogs:\n  cloud: "
            f"{json.dumps({'type': 'glance', 'cloud': cloud, 'rbd': rbd})}\n", encoding="utf-8")

    # Glance, through REST as its administrator.

    def ask(self, method, path, body=None, kind="application/json", wanted=range(200, 300)):
        status, _, answer = rest.call(method, f"{self.rig.glance_url}/v2{path}", body, self.token, kind)
        if status not in wanted:
            raise AssertionError(f"{method} {path} answered {status}: {answer}")
        return answer

    def patch(self, image, *operations, wanted=range(200, 300)):
        return self.ask("PATCH", f"/images/{image}", list(operations),
                        "application/openstack-images-v2.1-json-patch", wanted)

    def records(self):
        """Every record, hidden ones too, oldest first."""
        found = []
        for hidden in ("false", "true"):
            path = f"/images?limit=1000&visibility=all&os_hidden={hidden}"
            found += self.ask("GET", path)["images"]
        return sorted(found, key=lambda record: (record["created_at"], record["id"]))

    def record(self, image):
        return self.ask("GET", f"/images/{image}")

    def made(self, name):
        """The visible records of that name that retouch made."""
        return [r for r in self.records() if r["name"] == name and not r["os_hidden"] and "retouch_fingerprint" in r]

    def upload(self, path, visibility="public", store="rbd", user="admin", project=None, **fields):
        """A new image as a cloud's operator makes it; its name is nobody else's."""
        token = sign_in(self.rig, user, project or ("admin" if user == "admin" else "lab"))[0]
        images = f"{self.rig.glance_url}/v2/images"
        record = rest.want("POST", images, {"name": f"base-{uuid.uuid4().hex[:8]}", "visibility": visibility,
                                            "disk_format": "raw", "container_format": "bare", **fields}, token)
        run("curl", "-sSf", "--noproxy", "*", "-X", "PUT", "-T", path, "-H", "Expect:",
            "-H", "Content-Type: application/octet-stream", "-H", f"X-Image-Meta-Store: {store}",
            "-H", f"X-Auth-Token: {token}", f"{images}/{record['id']}/file")
        return self.record(record["id"])

    def delete(self, image):
        with contextlib.suppress(AssertionError):
            self.patch(image, {"op": "replace", "path": "/protected", "value": False})
        deadline = time.monotonic() + 20
        while True:
            try:
                self.ask("DELETE", f"/images/{image}", wanted=(204, 404))
                return
            except AssertionError as refused:
                # The rig forgets a dead writer after ten seconds.
                if "answered 409" not in str(refused) or time.monotonic() > deadline:
                    raise
            time.sleep(1)

    def openstack(self, *words):
        environment = {**os.environ, **self.environment, "OS_CLOUD": "admin"}
        return json.loads(run("/usr/bin/openstack", *words, "-f", "json", env=environment))

    def requests(self):
        """What Glance has been asked so far: method and path of each request."""
        # Glance writes a request down after it has answered: what is asked last tells that the rest is written.
        last = f"/schemas/image?{uuid.uuid4().hex}"
        self.ask("GET", last)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            log = self.rig.log("glance").read_text(encoding="utf-8", errors="replace")
            asked = re.findall(r'"([A-Z]+ /\S*) HTTP/1\.[01]" \d', log)
            if f"GET /v2{last}" in asked:
                return [line for line in asked if not line.startswith("GET /v2/schemas/image?")]
            time.sleep(0.02)
        raise AssertionError("Glance's log does not tell of a request it answered")

    # Ceph, as its administrator.

    def rbd(self, *words):
        return run("rbd", "-p", POOL, *words, env=self.ceph)

    def info(self, image):
        return json.loads(self.rbd("info", "--format", "json", image))

    def snapshots(self, image):
        """Name and protection of each."""
        return [(s["name"], s["protected"]) for s in json.loads(self.rbd("snap", "ls", "--format", "json", image))]

    def children(self, image):
        return json.loads(self.rbd("children", "--all", "--format", "json", f"{image}@snap"))

    @contextlib.contextmanager
    def exported(self, image, pool=POOL):
        """The bytes of an image or snapshot as a file."""
        path = self.directory / f"export-{uuid.uuid4().hex}"
        run("rbd", "-p", pool, "export", "--no-progress", image, path, env=self.ceph)
        try:
            yield path
        finally:
            path.unlink()

    def digest(self, image):
        with self.exported(f"{image}@snap") as path:
            return sha256(path)

    @contextlib.contextmanager
    def machine_disk(self, image):
        """A disk as Nova makes it for a machine from a published image; yields its bytes."""
        disk = f"{uuid.uuid4()}_disk"
        run("rbd", "clone", "--rbd-default-clone-format", "2", f"{POOL}/{image}@snap", f"{VM_POOL}/{disk}",
            env=self.ceph)
        try:
            with self.exported(disk, VM_POOL) as path:
                yield path
        finally:
            run("rbd", "-p", VM_POOL, "rm", "--no-progress", disk, env=self.ceph)

    def objects(self):
        """Objects of the pool that bear a name of ours: locks and announcements."""
        listed = run("rados", "-p", POOL, "--all", "ls", env=self.ceph).splitlines()
        return [line.strip() for line in listed if "retouch" in line]

    def state(self):
        """The whole cloud as a value: records, and what the pool holds."""
        return self.records(), self.rbd("ls", "-l", "--format", "json"), self.objects()

    def leftovers(self):
        found = super().leftovers()
        records = {record["id"]: record for record in self.records()}
        found += [f"bytes {name}" for name in self.rbd("ls").split() if name not in records and name not in self.present]
        found += [f"record {r['id']} of {r['name']}: {r['status']}" for r in records.values()
                  if r["id"] not in self.before and
                  (r["status"] == "queued" or "retouch_unfinished" in r or "retouch_detach" in r)]
        return found + [f"object {name}" for name in self.objects() if name not in self.present]
