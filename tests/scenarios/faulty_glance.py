"""A proxy before a real Glance that makes one request fail, or something happen at it. A fake of
faults, not of the service.

Modes: `refuse` answers 500 and forwards nothing; `drop` closes the connection and forwards nothing;
`lose` forwards the request and closes the connection instead of answering; `kill` forwards it and
kills whoever asked before it closes the connection; `meanwhile` forwards it and does something
else before it answers; `away` forwards it and then answers nothing, neither this nor what follows.
"""

import http.client
import http.server
import threading
import urllib.parse

MODES = ("refuse", "drop", "lose")


class FaultyGlance:
    """`with FaultyGlance(url) as glance:`; requests go to glance.url."""

    def __init__(self, url):
        self.target = urllib.parse.urlsplit(url)
        self.asker = None  # the process that `kill` ends
        self.act = None  # what `meanwhile` does
        self.lock = threading.Lock()
        self.arm(0, "refuse")

    def arm(self, number, mode, writes_only=False, sign=None):
        """The `number`-th request from now on fails, of those only that hold the bytes `sign`; 0: none."""
        with self.lock:
            self.number, self.mode, self.writes_only, self.seen = number, mode, writes_only, []
            self.sign, self.gone = sign, False

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()

    def fault(self, line, body):
        """Notes a request; the fault it meets, or None."""
        with self.lock:
            if self.gone:
                return "drop"
            if self.writes_only and line.startswith("GET ") or self.sign and self.sign not in body:
                return None
            self.seen.append(line)
            if len(self.seen) != self.number:
                return None
            self.gone = self.mode == "away"
            return self.mode

    def forward(self, method, path, headers, body):
        return self.ask(self.target, method, path, headers, body)

    @staticmethod
    def ask(target, method, path, headers, body=None):
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=120)
        try:
            connection.request(method, target.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def handler(outer):  # noqa: N805: the class inside is the one with a self
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                """Nobody reads it."""

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = outer.fault(f"{self.command} {self.path}", body)
                if fault in (None, "lose", "kill", "meanwhile", "away"):
                    headers = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "connection")}
                    status, answered, data = outer.forward(self.command, self.path, headers, body or None)
                if fault == "meanwhile":
                    outer.act()
                if fault in (None, "meanwhile"):
                    self.answer(status, answered, data)
                elif fault == "refuse":
                    self.answer(500, [], b"injected fault")
                else:
                    if fault == "kill":
                        outer.asker.kill()
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        return Handler
