"""Web servers of a scenario: answers of every kind, plain and with a certificate."""

import hashlib
import http.server
import ssl
import subprocess
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path)
        if answer is None:
            self.send_error(404)
            return
        answer(self)

    def log_message(self, *_):
        pass


def body(content):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
    return answer


def moved(to):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()
    return answer


def broken_off(content):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[:len(content) // 2])
        request.wfile.flush()
        request.close_connection = True
    return answer


def slow(content, seconds):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        for start in range(0, len(content), 1 << 16):
            try:
                request.wfile.write(content[start:start + (1 << 16)])
            except OSError:  # nobody reads any more
                return
            time.sleep(seconds)
    return answer


class Web:
    """Servers on loopback: `url` plain, `secure` with a certificate of an authority of our own."""

    def __init__(self, directory):
        self.answers = {}
        self.asked = []
        self.authority = directory / "ca.pem"
        key = directory / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                        self.authority], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, key)
        self.servers = [self.serve(None), self.serve(context)]
        self.url = f"http://127.0.0.1:{self.servers[0].server_port}"
        self.secure = f"https://localhost:{self.servers[1].server_port}"

    def serve(self, context):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.answers, server.asked = self.answers, self.asked
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


def sha512(content):
    return hashlib.sha512(content).hexdigest()
