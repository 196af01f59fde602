"""Somebody at a JupyterHub, without a browser: logs in by the form, waits for the server, runs a cell."""

import json
import time
import uuid
from urllib.parse import urlsplit

import requests
import websocket

SECONDS = 600
TOO_MANY, ASKS_AGAIN = 429, 5  # the hub's answer while many start, and the seconds after which its page asks again


class Visitor:
    """One visitor of the hub at `url`. Each step raises RuntimeError, with the hub's answer, where it fails."""

    def __init__(self, url: str, name: str):
        self.url, self.name = url, name
        self.own = f"/user/{name}/"
        self.session = requests.Session()

    def log_in(self, password: str) -> bool:
        """Send name and password, as the form does; returns whether the hub let the visitor in."""
        self.session.get(f"{self.url}/hub/login", timeout=SECONDS).raise_for_status()
        form = {"username": self.name, "password": password, "_xsrf": self._token("/hub/")}
        sent = self.session.post(f"{self.url}/hub/login", data=form, allow_redirects=False, timeout=SECONDS)
        return sent.status_code == 302 and "/hub/login" not in sent.headers["Location"]

    def open(self) -> None:
        """Ask for the server, and wait until its page is there."""
        deadline = time.monotonic() + SECONDS
        page = self.session.get(f"{self.url}/hub/spawn", timeout=SECONDS)
        while page.status_code == TOO_MANY and time.monotonic() < deadline:
            time.sleep(ASKS_AGAIN)
            page = self.session.get(f"{self.url}/hub/spawn", timeout=SECONDS)
        while time.monotonic() < deadline:
            page = self.session.get(f"{self.url}{self.own}lab", timeout=SECONDS)
            if page.ok and urlsplit(page.url).path.startswith(self.own):
                return
            time.sleep(0.5)
        raise RuntimeError(f"No server for {self.name} within {SECONDS} seconds: {page.status_code} {page.url}")

    def get(self, path: str) -> requests.Response:
        """Any page of the hub, as it answers this visitor."""
        return self.session.get(f"{self.url}{path}", timeout=SECONDS)

    def run(self, code: str) -> str:
        """Run a cell in a new kernel; returns what it printed. Raises RuntimeError where it fails."""
        header = {"X-XSRFToken": self._token(self.own)}
        made = self.session.post(f"{self.url}{self.own}api/kernels", headers=header, timeout=SECONDS)
        made.raise_for_status()
        address = f"{self.url.replace('http', 'ws', 1)}{self.own}api/kernels/{made.json()['id']}/channels"
        cookies = "; ".join(
            f"{each.name}={each.value}" for each in self.session.cookies if each.path in ("/", self.own)
        )
        line = websocket.create_connection(address, timeout=SECONDS, cookie=cookies)
        try:
            return _execute(line, code)
        finally:
            line.close()

    def _token(self, path: str) -> str:
        return self.session.cookies.get("_xsrf", path=path)


def _execute(line, code):
    head = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex, "username": ""}
    asked = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    message = {"header": {**head, "version": "5.3"}, "parent_header": {}, "metadata": {}, "content": asked}
    line.send(json.dumps({**message, "channel": "shell", "buffers": []}))
    printed, replied, idle = [], False, False
    while not (replied and idle):  # reply and output come by different ways, in either order
        came = json.loads(line.recv())
        if came["parent_header"].get("msg_id") != head["msg_id"]:
            continue
        kind, content = came["msg_type"], came["content"]
        if kind == "stream":
            printed.append(content["text"])
        elif kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind == "execute_reply":
            replied = True
            if content["status"] != "ok":
                raise RuntimeError(f"{content.get('ename')}: {content.get('evalue')}")
    return "".join(printed)
