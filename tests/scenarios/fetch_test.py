#!/usr/bin/python3
"""Images from the web: only bytes somebody promised get in, from servers of every kind."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import time
import unittest
import zipfile
from pathlib import Path

from web import Web, body, broken_off, moved, sha512, slow
from world import World, tiny


def tar_of(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zip_of(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


class Fetch(unittest.TestCase):
    def setUp(self):
        self.world = World().__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.cache = self.world.directory / "cache"
        os.environ["XDG_CACHE_HOME"] = str(self.cache)
        self.addCleanup(os.environ.pop, "XDG_CACHE_HOME")
        self.web = Web(self.world.directory)
        self.addCleanup(self.web.close)
        os.environ["CURL_CA_BUNDLE"] = str(self.web.authority)
        self.addCleanup(os.environ.pop, "CURL_CA_BUNDLE")
        self.disk = tiny().read_bytes()

    def retouch(self, *words, expect=0):
        return self.world.retouch(*words, expect=expect)

    def refused(self, *words, expect=1):
        return self.retouch("import", *words, "--name", "web", expect=expect).stderr

    def same_disk(self, name):
        out = self.world.directory / f"{name}.raw"
        self.retouch("export", name, out)
        self.assertEqual(sha512(self.disk), sha512(out.read_bytes()))
        out.unlink()

    def kept(self):
        folder = self.cache / "retouch/fetched"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def test_bytes_are_fetched_once_and_read_again(self):
        self.web.answers["/disk.raw"] = body(self.disk)
        digest = sha512(self.disk)
        address = f"{self.web.url}/disk.raw"
        self.retouch("import", address, "--sha512", digest, "--name", "one")
        self.same_disk("one")
        self.assertEqual([f"sha512-{digest}"], self.kept())
        self.retouch("import", address, "--sha512", digest, "--name", "two")
        self.assertEqual(["/disk.raw"], self.web.asked)
        with open(self.cache / f"retouch/fetched/sha512-{digest}", "r+b") as file:
            file.write(b"changed")
        self.retouch("import", address, "--sha512", digest, "--name", "three")
        self.same_disk("three")
        self.assertEqual(["/disk.raw"] * 2, self.web.asked)

    def test_other_bytes_are_not_kept(self):
        self.web.answers["/disk.raw"] = body(self.disk)
        said = self.refused(f"{self.web.url}/disk.raw", "--sha256", "0" * 64)
        self.assertIn("are not the ones promised: their sha256 is", said)
        self.assertEqual([], self.kept())
        self.assertEqual([], self.world.images())

    def test_a_list_of_checksums_comes_by_https(self):
        self.web.answers["/r/disk.raw"] = body(self.disk)
        self.web.answers["/r/SUMS"] = body(f"{sha512(self.disk)}  disk.raw\n".encode())
        said = self.refused(f"{self.web.url}/r/disk.raw", "--sums", f"{self.web.url}/r/SUMS", expect=5)
        self.assertIn("can be exchanged on its way", said)
        self.retouch("import", f"{self.web.secure}/r/disk.raw", "--sums", f"{self.web.secure}/r/SUMS",
                     "--name", "listed")
        self.same_disk("listed")
        self.web.answers["/r/SUMS"] = body(b"nothing of it\n")
        said = self.refused(f"{self.web.secure}/r/disk.raw", "--sums", f"{self.web.secure}/r/SUMS")
        self.assertIn("the list of checksums says nothing of disk.raw", said)

    def test_a_server_nobody_vouches_for_is_not_believed(self):
        os.environ["CURL_CA_BUNDLE"] = "/etc/ssl/certs/ca-certificates.crt"
        self.web.answers["/disk.raw"] = body(self.disk)
        said = self.refused(f"{self.web.secure}/disk.raw", "--unverified", expect=69)
        self.assertIn("certificate", said)

    def test_redirections_lead_to_nothing_less_safe(self):
        self.web.answers["/disk.raw"] = body(self.disk)
        digest = sha512(self.disk)
        for way, start in {"/here": self.web.url, "/safe": self.web.secure}.items():
            self.web.answers[way] = moved("/disk.raw")
            self.retouch("import", start + way, "--sha512", digest, "--name", way[1:])
            self.same_disk(way[1:])
        self.web.answers["/up"] = moved(f"{self.web.secure}/other.raw")
        self.web.answers["/other.raw"] = body(self.disk + b"\0" * 512)
        self.retouch("import", f"{self.web.url}/up", "--sha512", sha512(self.disk + b"\0" * 512), "--name", "up")
        for name, to in {"file": "file:///etc/hostname", "down": f"{self.web.url}/disk.raw",
                         "other": "//localhost/x", "none": ""}.items():
            self.web.answers["/" + name] = moved(to)
            said = self.refused(f"{self.web.secure}/{name}", "--sha512", "1" * 128, expect=5)
            self.assertIn("sends its reader to", said, name)
        self.web.answers["/round"] = moved("/round")
        self.assertIn("on and on", self.refused(f"{self.web.url}/round", "--unverified"))

    def test_half_a_file_is_none(self):
        self.web.answers["/disk.raw"] = broken_off(self.disk)
        digest = sha512(self.disk)
        self.refused(f"{self.web.url}/disk.raw", "--sha512", digest, expect=69)
        self.assertEqual([], self.kept())
        self.web.answers["/disk.raw"] = body(self.disk)
        self.retouch("import", f"{self.web.url}/disk.raw", "--sha512", digest, "--name", "whole")
        self.same_disk("whole")

    def test_two_at_once_and_one_that_is_killed(self):
        self.web.answers["/disk.raw"] = slow(self.disk, 0.05)
        digest = sha512(self.disk)
        words = ["import", f"{self.web.url}/disk.raw", "--sha512", digest, "--name"]
        first = self.world.start(*words, "first")
        while not self.kept():
            time.sleep(0.05)
        said = self.retouch(*words, "second", expect=75).stderr
        self.assertIn("another process is fetching", said)
        first.kill()
        first.communicate()
        self.web.answers["/disk.raw"] = body(self.disk)
        self.retouch(*words, "third")
        self.same_disk("third")
        self.assertEqual([f"sha512-{digest}"], self.kept())

    def test_compressed_and_packed_disks(self):
        zstd = subprocess.run(["zstd", "-c"], input=self.disk, capture_output=True, check=True).stdout
        ways = {"disk.raw.gz": gzip.compress(self.disk, 1), "disk.raw.xz": lzma.compress(self.disk, preset=0),
                "disk.raw.bz2": bz2.compress(self.disk, 1), "disk.raw.zst": zstd,
                "disk.tar.gz": tar_of({"README": b"x", "a/disk.raw": self.disk}),
                "disk.zip": zip_of({"README": b"x", "disk.img": self.disk})}
        for name, content in ways.items():
            with self.subTest(name):
                (self.world.directory / name).write_bytes(content)
                self.retouch("import", name, "--name", name)
                self.same_disk(name)
                self.assertEqual([], self.kept())
        self.web.answers["/disk.raw.xz"] = body(ways["disk.raw.xz"])
        self.retouch("import", f"{self.web.url}/disk.raw.xz", "--unverified", "--name", "unpacked")
        self.same_disk("unpacked")

    def test_what_cannot_be_unpacked(self):
        ways = {"cut.raw.xz": (lzma.compress(self.disk, preset=0)[:-1000], "cannot unpack"),
                "two.zip": (zip_of({"a.raw": b"a" * 1024, "b.raw": b"b"}), "it holds two disks, a.raw and b.raw"),
                "none.tar.gz": (tar_of({"README": b"x"}), "it holds no file that ends in .raw, .img or .qcow2"),
                "text.gz": (gzip.compress(b"text"), "")}
        for name, (content, what) in ways.items():
            with self.subTest(name):
                (self.world.directory / name).write_bytes(content)
                said = self.retouch("import", name, "--name", "x", expect=65).stderr
                self.assertIn(what, said)
                self.assertEqual([], self.kept())
        self.assertEqual([], self.world.images())

    def test_what_says_nothing_of_its_bytes_is_refused(self):
        said = self.refused(f"{self.web.url}/disk.raw", expect=64)
        self.assertIn("nothing says which bytes the address has to have", said)
        self.refused(f"{self.web.url}/disk.raw", "--unverified", "--sha256", "0" * 64, expect=64)
        self.refused("disk.raw", "--sha256", "0" * 64, expect=64)
        self.refused("ftp://localhost/disk.raw", "--unverified", expect=64)
        self.assertIn("404", self.refused(f"{self.web.url}/none.raw", "--unverified"))
        self.assertEqual(["/none.raw"], self.web.asked)


if __name__ == "__main__":
    unittest.main()
