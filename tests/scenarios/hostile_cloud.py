"""A Keystone and a Glance in one small server that keeps images and lies when told to. A fake of ill will, not of the service.

`cloud.lies[ROUTE] = answer` makes it answer ROUTE ("GET /v2/images") otherwise: `answer(handler, body)` does so, and returns
False for the honest answer. `cloud.says(status, body, headers)` makes such an answer.
"""

import csv
import hashlib
import http.server
import json
import ssl
import subprocess
import threading
import urllib.parse
import uuid

PASSWORD = "PASSW0RD-hunter2"
TOKEN = "gAAAAABk-token-of-this-Keystone-0123456789"
TIME = "2026-01-01T00:00:00Z"


def certificate(directory):
    """A key and a certificate nobody vouches for, in one file."""
    path = directory / "tls.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-keyout", f"{path}.key", "-out", f"{path}.crt"], check=True, capture_output=True)
    with open(path, "wb") as whole:
        for part in ("key", "crt"):
            with open(f"{path}.{part}", "rb") as file:
                whole.write(file.read())
    return path


def is_asked(record, query):
    """Glance's filters: by name, with an operator, and by properties."""
    operator, _, name = query.get("name", "any:").partition(":")
    if operator == "eq" and record["name"] != name:
        return False
    if operator == "in" and record["name"] not in next(csv.reader([name], escapechar="\\")):
        return False
    return all(record.get(key) == value for key, value in query.items() if key.startswith("retouch_"))


class HostileCloud:
    """`with HostileCloud() as cloud:`; both services are at cloud.url."""

    def __init__(self, tls=None, images_at=None):
        self.tls, self.images_at = tls, images_at
        self.records, self.bytes, self.lies, self.seen = {}, {}, {}, []
        self.shows_digests = True

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # who is interrupted goes away without a word
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()

    def add(self, name, data, **fields):
        """An image as somebody uploaded it; returns its id."""
        record = {"id": str(uuid.uuid4()), "name": name, "status": "active", "visibility": "private", "disk_format": "raw",
                  "container_format": "bare", "size": len(data), "min_disk": 0, "min_ram": 0, "protected": False,
                  "os_hidden": False, "tags": [], "created_at": TIME, "updated_at": TIME, **self.digests(data), **fields}
        self.records[record["id"]], self.bytes[record["id"]] = record, data
        return record["id"]

    def digests(self, data):
        if not self.shows_digests:
            return {"checksum": None, "os_hash_algo": None, "os_hash_value": None}
        return {"checksum": hashlib.md5(data).hexdigest(), "os_hash_algo": "sha512",
                "os_hash_value": hashlib.sha512(data).hexdigest()}

    def named(self, name):
        return [record for record in self.records.values() if record["name"] == name]

    @staticmethod
    def says(status, body=b"", headers=()):
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()

        def answer(handler, _):
            handler.answer(status, data, headers)
            return True

        return answer

    # The honest answers.

    def log_in(self, handler, body):
        if json.loads(body)["auth"]["identity"]["password"]["user"]["password"] != PASSWORD:
            return handler.answer(401, b'{"error": {"message": "no"}}')
        catalog = [{"type": "image", "endpoints": [{"interface": "public", "region_id": "one",
                                                    "url": self.images_at or self.url}]}]
        token = {"expires_at": "2099-01-01T00:00:00Z", "roles": [{"name": "member"}], "project": {"id": "p1"},
                 "user": {"name": "demo"}, "catalog": catalog}
        return handler.answer(201, json.dumps({"token": token}).encode(), [("X-Subject-Token", TOKEN)])

    def images(self, handler, body):
        if handler.command == "POST":
            record = {"status": "queued", "size": None, "tags": [], "created_at": TIME,
                      "updated_at": TIME, **json.loads(body)}
            self.records[record["id"]] = record
            return handler.answer(201, json.dumps(record).encode())
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))
        found = [r for r in self.records.values() if r["os_hidden"] == (query["os_hidden"] == "true") and
                 is_asked(r, query)]
        return handler.answer(200, json.dumps({"images": found}).encode())

    def patch(self, record, operations):
        """The record changed, or None for what a real Glance refuses."""
        changed = dict(record)
        for operation in operations:
            name = operation["path"][1:]
            if name.startswith("locations") or (operation["op"] == "remove" and name not in changed):
                return None
            if operation["op"] == "remove":
                del changed[name]
            else:
                changed[name] = operation["value"]
        self.records[record["id"]] = changed
        return changed

    def image(self, handler, body):
        _, _, _, image, *rest = urllib.parse.urlsplit(handler.path).path.split("/")
        record = self.records.get(image)
        if record is None:
            return handler.answer(404, b'{"code": "404 Not Found", "title": "Not Found", "message": "No image found"}')
        if rest == ["file"] and handler.command == "PUT":
            self.bytes[image] = body
            record.update(status="active", size=len(body), **self.digests(body))
            return handler.answer(204)
        if rest == ["file"]:
            return handler.answer(200, self.bytes[image])
        if handler.command == "DELETE":
            del self.records[image]
            return handler.answer(204)
        if handler.command == "PATCH":
            record = self.patch(record, json.loads(body))
            return handler.answer(200, json.dumps(record).encode()) if record else handler.answer(400, b"no such location")
        return handler.answer(200, json.dumps(record).encode())

    def handler(outer):  # noqa: N805: the class inside is the one with a self
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                """Nobody reads it."""

            def answer(self, status, data=b"", headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = urllib.parse.urlsplit(self.path).path
                outer.seen.append((f"{self.command} {path}", dict(self.headers)))
                try:
                    lie = outer.lies.get(f"{self.command} {path}")
                    if lie and lie(self, body):
                        return
                    if path == "/v3/auth/tokens":
                        outer.log_in(self, body)
                    elif path == "/versions":
                        self.answer(300, b'{"versions": [{"id": "v2.15", "status": "CURRENT"}]}')
                    elif path == "/v2/images":
                        outer.images(self, body)
                    else:
                        outer.image(self, body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        return Handler
