#!/usr/bin/python3
"""Servers that lie, echo and never end: what the program says of them, and that it ends."""

import base64
import hashlib
import json
import os
import resource
import signal
import time
import unittest
from pathlib import Path

from hostile_cloud import PASSWORD, TOKEN, HostileCloud, certificate
from world import World

DISK = bytes(510) + b"\x55\xaa" + b"a disk".ljust(1024 * 1024 - 512, b"\0")
RECIPE = "retouch: 1\nname: hostile\nsource: {image: base}\nproperties: {wanted: 'yes'}\npublish: {name: made}\n"
OTHER = "99999999-9999-4999-8999-999999999999"
SOON = 20  # seconds; the machine may be busy
ECHOES = {  # how a service may give a text back
    "as it is": str,
    "as JSON": lambda text: json.dumps({"error": {"message": f"you sent {json.dumps({'password': text})}"}}),
    "as JSON of code units": lambda text: json.dumps(
        {"message": "x"}).replace("x", "".join(f"\\u{ord(c):04X}" for c in text)),
    "percent-encoded": lambda text: "".join(f"%{ord(c):02x}" for c in text),
    "percent-encoded, in capitals": lambda text: "".join(f"%{ord(c):02X}" for c in text),
    "as hexadecimal digits": lambda text: text.encode().hex(),
    "in base64": lambda text: base64.b64encode(b"user:" + text.encode()).decode(),
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(b"me" + text.encode()).decode(),
    "as HTML": lambda text: "<p>" + "".join(f"&#{ord(c)};" for c in text) + "</p>",
    "in small letters": str.lower,
    "with blanks": " ".join,
    "in two halves": lambda text: f"{text[:len(text) // 2]} and then {text[len(text) // 2:]}",
}


@unittest.skipIf(Path("/etc/ceph/ceph.conf").exists(), "this host has a Ceph cluster, where images would be looked for")
class HostileServers(unittest.TestCase):
    def setUp(self):
        os.environ.pop("CEPH_CONF", None)
        self.world = self.enterContext(World())
        self.cloud = self.enterContext(HostileCloud())
        self.use(self.cloud)

    def use(self, cloud, **more):
        directory = self.world.directory
        clouds = {"fake": {"auth": {"auth_url": f"{cloud.url}/v3", "username": "demo", "password": PASSWORD,
                                    "project_name": "lab"}, "verify": False, **more}}
        (directory / "clouds.json").write_text(json.dumps({"clouds": clouds}), encoding="utf-8")
        (directory / "clouds.json").chmod(0o600)
        (directory / "retouch.yaml").write_text(
            "default: cloud\ncatalogs:\n  cloud: {type: glance, cloud: fake}\n", encoding="utf-8")
        self.world.environment.update(
            OS_CLIENT_CONFIG_FILE=str(directory / "clouds.json"), NO_PROXY="127.0.0.1",
            XDG_STATE_HOME=str(directory / "state"), XDG_CACHE_HOME=str(directory / "cache"))

    def apply(self, *options, expect=0):
        self.world.recipe(RECIPE)
        return self.world.retouch("apply", "recipe.yaml", "--yes", *options, expect=expect)

    def written(self):
        """All that files of ours hold, the cloud's configuration aside."""
        return "".join(path.read_text(encoding="utf-8", errors="replace")
                       for path in self.world.directory.rglob("*")
                       if path.is_file() and path.name != "clouds.json")

    # Secrets.

    def test_what_keystone_echoes_is_not_shown(self):
        for number, (form, echo) in enumerate(ECHOES.items()):
            with self.subTest(form):
                status = (400, 401, 500)[number % 3]
                self.cloud.lies["POST /v3/auth/tokens"] = self.cloud.says(status, echo(PASSWORD))
                result = self.apply("--report", "junit=report.xml", "--events", "events.jsonl", expect=(1, 77))
                said = result.stdout + result.stderr + self.written()
                self.assertIn("cannot log in to cloud 'fake': ", said)
                for secret in (PASSWORD, echo(PASSWORD), "PASSW0RD", "hunter2"):
                    self.assertNotIn(secret.lower(), said.lower())

    def test_what_glance_echoes_is_not_shown(self):
        self.cloud.add("base", DISK)
        for form, echo in ECHOES.items():
            with self.subTest(form):
                self.cloud.lies["POST /v2/images"] = self.cloud.says(
                    403, echo(TOKEN), [("X-Openstack-Request-Id", f"req-{echo(TOKEN)[:60]}".replace("\n", " "))])
                result = self.apply("--report", "junit=report.xml", "--events", "events.jsonl", expect=77)
                said = result.stdout + result.stderr + self.written()
                self.assertIn("cannot create the record", said)
                for secret in (TOKEN, echo(TOKEN), "token-of-this"):
                    self.assertNotIn(secret.lower(), said.lower())

    def test_what_is_in_data_is_not_shown(self):
        self.cloud.add(f"name {TOKEN}", DISK, comment=PASSWORD)
        for words in (["images"], ["images", "--format", "json"]):
            said = self.world.retouch(*words).stdout
            self.assertIn("***", said)
            self.assertNotIn(TOKEN, said)
            self.assertNotIn(PASSWORD, said)

    def test_a_token_got_over_https_does_not_travel_over_http(self):
        keystone = self.enterContext(HostileCloud(certificate(self.world.directory), images_at=self.cloud.url))
        self.use(keystone)
        said = self.world.retouch("images", expect=78).stderr
        self.assertIn(f"cloud 'fake' offers its image service at {self.cloud.url}, without encryption", said)
        self.assertEqual([], self.cloud.seen)
        self.use(keystone, image_endpoint_override=self.cloud.url)
        self.world.retouch("images")
        self.assertNotEqual([], self.cloud.seen)

    def test_a_redirection_gets_no_token(self):
        elsewhere = self.enterContext(HostileCloud())
        for status in (302, 307):
            self.cloud.lies["GET /v2/images"] = self.cloud.says(status, b"", [("Location", f"{elsewhere.url}/v2/images")])
            said = self.world.retouch("images", expect=69).stderr
            self.assertIn("the service is elsewhere", said)
        self.assertEqual([], elsewhere.seen)

    # Answers without end.

    def test_lists_that_never_end(self):
        pages = {
            "to itself": lambda _: "/v2/images?marker=a",
            "to a new address each time": lambda turn: f"/v2/images?turn={turn}",
        }
        for form, following in pages.items():
            with self.subTest(form):
                turns = []

                def page(handler, _, following=following, turns=turns):
                    turns.append(1)
                    records = [{"id": "a", "name": "x" * 4_000_000, "os_hidden": False}]
                    return self.cloud.says(200, {"images": records, "next": following(len(turns))})(handler, _)

                self.cloud.lies["GET /v2/images"] = page
                said = self.world.retouch("images", expect=69).stderr
                self.assertIn("cannot list the images: the answer was not expected", said)
                self.assertLessEqual(len(turns), 3)

    def test_memory_stays_bounded(self):
        """Of a list that brings ever new images, each as large as can be."""
        turns = []

        def page(handler, _):
            turns.append(1)
            records = [{"id": f"i{len(turns)}-{n}", "name": "x" * 15_000} for n in range(1000)]
            return self.cloud.says(200, {"images": records, "next": f"/v2/images?turn={len(turns)}"})(handler, _)

        self.cloud.lies["GET /v2/images"] = page
        self.assertIn("the list is longer than 128.0 MiB", self.world.retouch("images", expect=69).stderr)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1024 * 1024)

    # Completion.

    def test_completion_offers_the_images_a_cloud_tells_of_within_a_second(self):
        web = self.cloud.add("web server", DISK)
        self.cloud.add("x\x1b[31m\n", DISK, id=OTHER)
        told = self.world.retouch("__complete", "show", "").stdout.splitlines()
        self.assertEqual(["words", "web server\t", f"{web}\tweb server"],
                         [line for line in told if not line.startswith(OTHER)])
        self.assertEqual("words\n", self.world.retouch("__complete", "show", "no").stdout)
        self.cloud.lies["GET /v2/images"] = lambda *_: time.sleep(60)
        started = time.monotonic()
        self.assertEqual("words\n", self.world.retouch("__complete", "show", "w").stdout)
        self.assertLess(time.monotonic() - started, SOON)

    def drip(self, handler, _):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    def test_a_signal_ends_every_wait_for_a_server(self):
        image = self.cloud.add("base", DISK)
        for route in ("POST /v3/auth/tokens", "GET /v2/images", f"GET /v2/images/{image}/file"):
            for wait in (self.drip, lambda *_: time.sleep(600)):
                with self.subTest(route):
                    self.cloud.lies = {route: wait}
                    self.cloud.seen.clear()
                    self.world.recipe(RECIPE)
                    process = self.world.start("apply", "recipe.yaml", "--yes")
                    while route not in [seen for seen, _ in self.cloud.seen] and process.poll() is None:
                        time.sleep(0.05)
                    time.sleep(0.5)
                    began = time.monotonic()
                    process.send_signal(signal.SIGTERM)
                    out, err = process.communicate(timeout=60)
                    self.assertEqual(143, process.returncode, out + err)
                    self.assertLess(time.monotonic() - began, SOON)

    # Bytes.

    def test_downloads_of_other_bytes(self):
        wrong = hashlib.md5(b"other").hexdigest()
        cases = {
            "MD5 alone": {"checksum": wrong, "os_hash_algo": None, "os_hash_value": None},
            "MD5 beside what cannot be computed": {"checksum": wrong, "os_hash_algo": "md4", "os_hash_value": "00"},
            "SHA-256": {"os_hash_algo": "sha256", "os_hash_value": hashlib.sha256(b"other").hexdigest()},
        }
        for form, fields in cases.items():
            with self.subTest(form):
                self.cloud.records.clear()
                self.cloud.add("base", DISK, **fields)
                said = self.apply(expect=1)
                self.assertIn("are not those of its record: another ", said.stdout + said.stderr)
                self.assertEqual([], self.cloud.named("made"))

    def test_downloads_that_cannot_be_compared_are_noted(self):
        self.cloud.shows_digests = False
        self.cloud.add("base", DISK)
        note = "cannot be compared: the image service has no checksum of it"
        self.world.recipe(RECIPE)
        for words in (["plan", "recipe.yaml"], ["plan", "recipe.yaml", "--format", "markdown"]):
            self.assertIn(note, self.world.retouch(*words).stdout)
        said = self.apply().stdout
        self.assertIn(note, said)
        self.assertIn("could not be compared: the image service has no checksum of it", said)
        self.assertEqual(["active"], [record["status"] for record in self.cloud.named("made")])

    def test_a_download_stops_at_the_size_of_the_record(self):
        image = self.cloud.add("base", DISK)

        def endless(handler, _):
            handler.send_response(200)
            handler.end_headers()
            while True:
                handler.wfile.write(DISK)

        twice = self.cloud.says(200, DISK + DISK)
        for lie in (endless, twice):
            self.cloud.lies[f"GET /v2/images/{image}/file"] = lie
            said = self.apply(expect=1)
            self.assertIn(f"sends more than the {len(DISK)} bytes its record promises", said.stdout + said.stderr)
            self.assertEqual([], [path for path in (self.world.directory / "cache").rglob("*") if path.is_file()])

    def test_records_that_are_none(self):
        cases = {  # what is wrong: (fields, exit code, what is said)
            "no size": ({"size": None}, 5, "does not say how large image"),
            "size 0": ({"size": 0}, 5, "does not say how large image"),
            "size 2^64": ({"size": 2**64}, 69, "with an invalid size: 1.8446744073709552e+19"),
            "size -1": ({"size": -1}, 69, "with an invalid size: -1"),
            "size 1e300": ({"size": 1e300}, 69, "with an invalid size"),
            "min_disk -5": ({"min_disk": -5}, 69, "with an invalid min_disk: -5"),
            "id": ({"id": "../../.."}, 69, "whose id is none: '../../..'"),
            "short id": ({"id": "base-1"}, 5, "image 'base-1' has an id that is not a UUID"),
        }
        for form, (fields, code, words) in cases.items():
            with self.subTest(form):
                self.cloud.records.clear()
                record = self.cloud.records.pop(self.cloud.add("base", DISK))
                record.update(fields)
                self.cloud.records[record["id"]] = record
                said = self.apply(expect=code)
                self.assertIn(words, said.stdout + said.stderr)

    def test_part_of_an_image_is_none_and_not_shown(self):
        image = self.cloud.add("base", DISK)
        self.cloud.lies[f"GET /v2/images/{image}/file"] = self.cloud.says(206, os.urandom(100_000))
        said = self.apply(expect=69)
        self.assertIn(f"cannot download image {image}: the answer was not expected (HTTP 206)\n", said.stdout + said.stderr)

    # Publishing.

    def test_an_upload_that_arrived_otherwise_is_taken_back(self):
        self.cloud.add("base", DISK)
        honest = self.cloud.digests
        for form, digests in {
            "SHA-512": {"os_hash_algo": "sha512", "os_hash_value": "0" * 128},
            "MD5": {"checksum": "0" * 32, "os_hash_algo": None, "os_hash_value": None},
        }.items():
            with self.subTest(form):
                self.cloud.digests = lambda data, digests=digests: {**honest(data), **digests}
                said = self.apply(expect=1)
                self.assertIn("the image service has other bytes than were sent: another ", said.stdout + said.stderr)
                self.assertEqual([], self.cloud.named("made"))

    def test_a_record_under_another_id_is_removed_again(self):
        self.cloud.add("base", DISK)

        def other(handler, body):
            record = {**json.loads(body), "id": OTHER, "status": "queued", "created_at": "2026-01-01T00:00:00Z"}
            self.cloud.records[OTHER] = record
            return self.cloud.says(201, record)(handler, body)

        self.cloud.lies["POST /v2/images"] = other
        said = self.apply(expect=69)
        self.assertIn(f"the image service made the record {OTHER} although ", said.stdout + said.stderr)
        self.assertIn("; it was removed again", said.stdout + said.stderr)
        self.assertNotIn(OTHER, self.cloud.records)

    def test_a_service_that_takes_what_cannot_be_is_not_relied_on(self):
        self.cloud.add("base", DISK)
        self.cloud.patch = lambda record, operations: record
        said = self.apply(expect=69)
        self.assertIn("the image service accepted a change that cannot be made", said.stdout + said.stderr)
        self.assertEqual([], self.cloud.named("made"))


if __name__ == "__main__":
    unittest.main()
