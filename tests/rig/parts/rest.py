"""JSON over HTTP, as little as the rig needs of it."""

import json
import urllib.error
import urllib.request

from parts.layout import RigError

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, url, body=None, token=None, kind="application/json", log=None):
    """The status, headers and decoded body of an answer, an error's answer included."""
    headers = {"Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = None
    if body is not None:
        headers["Content-Type"] = kind
        data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with DIRECT.open(request, timeout=60) as answer:
            return answer.status, answer.headers, decoded(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, decoded(error.read())
    except OSError as error:
        raise RigError(f"{method} {url}: {error}", log) from error


def decoded(text):
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")


def want(method, url, body=None, token=None, log=None):
    """The body of an answer that must be a success."""
    status, _, answer = call(method, url, body, token, log=log)
    if status >= 300:
        raise RigError(f"{method} {url} answered {status}: {answer}", log)
    return answer


def answers(url, statuses=(200,)):
    try:
        with DIRECT.open(url, timeout=5) as answer:
            return answer.status in statuses
    except urllib.error.HTTPError as error:
        return error.code in statuses
    except OSError:
        return False
