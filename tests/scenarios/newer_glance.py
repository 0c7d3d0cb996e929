"""A fake of what Image API 2.17 adds, before a real Glance of an older version, from Debian.

It hides locations and refuses them by PATCH, as a server for users does, and takes the add-location call from
the role `service` alone: 202 at once, the work later, and nobody is told how it ends. What validation data
does when it is wrong is faked too: the service then deletes the bytes. With `hash_seconds` it reads all bytes
once the image is active, as `do_secure_hash` has it by default, and then saves the record as it was before:
whatever was changed meanwhile is lost (glance/async_/flows/location_import.py of 2024.2 to 2026.1).
"""

import json
import threading
import time
import urllib.parse

from faulty_glance import FaultyGlance

HIDDEN = ("locations", "direct_url")


class NewerGlance(FaultyGlance):
    """`with NewerGlance(rig, token) as glance:`; `token` is an administrator's, for the real Glance."""

    def __init__(self, rig, token, delete_bytes, location_works=True, hash_seconds=0, queue_seconds=1):
        super().__init__(rig.glance_url)
        self.keystone = urllib.parse.urlsplit(rig.keystone_url)
        self.token, self.delete_bytes, self.location_works = token, delete_bytes, location_works
        self.hash_seconds, self.queue_seconds = hash_seconds, queue_seconds
        self.orders = []  # bodies of add-location calls
        self.busy = set()  # images a task works on

    def forward(self, method, path, headers, body):
        parts = urllib.parse.urlsplit(path).path.strip("/").split("/")
        if parts[-1] == "locations" and method == "POST":
            return self.add_location(parts[-2], headers, json.loads(body))
        if method == "PATCH" and b"/locations" in (body or b""):
            return self.refusal(403, "It's not allowed to add locations if locations are invisible.")
        status, answered, data = super().forward(method, path, headers, body)
        if parts in ([""], ["versions"]):
            return status, answered, self.newer(data)
        if len(parts) > 1 and parts[1] == "images" and parts[-1] != "file":
            return status, answered, self.seen_by_users(data)
        return status, answered, data

    @staticmethod
    def refusal(status, message):
        body = {"code": f"{status} Refused", "title": "Refused", "message": message}
        return status, [("Content-Type", "application/json")], json.dumps(body).encode()

    @staticmethod
    def newer(data):
        document = json.loads(data)
        document["versions"].insert(0, {**document["versions"][0], "id": "v2.17", "status": "CURRENT"})
        return json.dumps(document).encode()

    def seen_by_users(self, data):
        try:
            document = json.loads(data)
        except ValueError:
            return data
        for record in document.get("images", [document]):
            for key in HIDDEN:
                record.pop(key, None)
            if record.get("id") in self.busy:
                record["os_glance_import_task"] = "a task"
        return json.dumps(document).encode()

    def roles_of(self, token):
        status, _, data = self.ask(self.keystone, "GET", "/auth/tokens",
                                   {"X-Auth-Token": self.token, "X-Subject-Token": token})
        return [role["name"] for role in json.loads(data)["token"]["roles"]] if status == 200 else []

    def add_location(self, image, headers, order):
        token = next(value for name, value in headers.items() if name.lower() == "x-auth-token")
        if "service" not in self.roles_of(token):
            return self.refusal(403, "http store must be enabled to use location API by normal user.")
        status, _, data = super().forward("GET", f"/v2/images/{image}", {"X-Auth-Token": self.token}, None)
        if status != 200 or json.loads(data)["status"] != "queued":
            return self.refusal(409, "The image is not queued.")
        self.orders.append(order)
        if self.hash_seconds or self.queue_seconds > 1:
            self.busy.add(image)
        threading.Thread(target=self.work, args=(image, order), daemon=True).start()
        return 202, [], b""

    def work(self, image, order):
        time.sleep(self.queue_seconds)
        if "validation_data" in order:
            self.delete_bytes(image)
        if not self.location_works:
            return
        self.patch(image, {"op": "add", "path": "/locations/-", "value": {"url": order["url"], "metadata": {}}})
        if self.hash_seconds:
            _, _, data = super().forward("GET", f"/v2/images/{image}", {"X-Auth-Token": self.token}, None)
            time.sleep(self.hash_seconds)
            self.save(image, json.loads(data))
        self.busy.discard(image)

    def patch(self, image, *operations):
        super().forward("PATCH", f"/v2/images/{image}", {
            "X-Auth-Token": self.token, "Content-Type": "application/openstack-images-v2.1-json-patch"},
            json.dumps(operations).encode())

    def save(self, image, loaded):
        """Makes the record what it was when it was loaded, with all properties."""
        _, _, data = super().forward("GET", f"/v2/images/{image}", {"X-Auth-Token": self.token}, None)
        now = json.loads(data)
        fields = ["visibility", "os_hidden", "protected", "name", *(k for k in loaded if k.startswith("retouch_"))]
        self.patch(image, *({"op": "replace" if field in now else "add", "path": f"/{field}", "value": loaded[field]}
                            for field in fields))
