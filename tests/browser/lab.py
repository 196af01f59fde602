"""Drive JupyterLab as a learner does: a real server, a headless Chromium, and what a test asks of a notebook.

with lab.open("notebooks/05_tree.ipynb", color_scheme="dark") as notebook:
    assert notebook.run_all() == []
    notebook.cell(3).screenshot(path="cell.png")
"""

import contextlib
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright

from lessonlib.course.automatic import surroundings

CHROMIUM = [
    "--no-sandbox",  # root, as in a container, has to do without
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS_TO_START = 60
FAILED = "Failed to load resource: the server responded with a status of 500"
PANEL = "window.jupyterapp.shell.currentWidget"
# A theme's name comes before its colours.
FOLLOWED = """(light) => {
    const colour = getComputedStyle(document.body).getPropertyValue("--jp-layout-color0").trim();
    const named = document.body.dataset.jpThemeLight === String(light);
    return named && light === (colour === "white" || colour.startsWith("#f"));
}"""
SETTLED = """() => new Promise((done) => {
    let last = "", alike = 0;
    const look = () => {
        const boxes = [...document.querySelectorAll(".ll, .ll svg, .ll canvas")].map((e) => e.getBoundingClientRect());
        const now = boxes.map((b) => `${b.x} ${b.y} ${b.width} ${b.height}`).join();
        const ends = (a) => a.effect.getComputedTiming().endTime < Infinity; // a cursor's blinking does not
        const moving = document.getAnimations().some((a) => a.playState === "running" && ends(a));
        alike = now === last && !moving ? alike + 1 : 0;
        last = now;
        alike < 12 ? requestAnimationFrame(look) : done();
    };
    look();
})"""


class Lab:
    """`course.py lab` serving the folder `root`, with nothing of the user's own settings, and a browser beside it."""

    def __init__(self, root: Path, scratch: Path, chromium: str):
        self.root, self.scratch, self.chromium = root, scratch, chromium
        self.port, self.token = _free_port(), secrets.token_hex(16)
        self.home = f"http://127.0.0.1:{self.port}/"
        self.log = scratch / "lab.log"

    def __enter__(self) -> "Lab":
        self._serve()
        self._playwright = sync_playwright().start()
        self.browser: Browser = self._playwright.chromium.launch(executable_path=self.chromium, args=CHROMIUM)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.browser.close()
            self._playwright.stop()
        finally:
            self._server.terminate()  # it shuts its kernels down
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()

    def _serve(self) -> None:
        options = [
            "--no-browser",
            "--expose-app-in-browser",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}",
            "--KernelManager.shutdown_wait_time=0.5",
        ]
        with self.log.open("w") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "lessonlib", "lab", *options],
                env=surroundings(self.scratch) | {"HOME": str(self.scratch)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.url("api/status"), timeout=2).status == 200
        except OSError:
            return False

    def url(self, path: str) -> str:
        """The address of a path on the server, with its token."""
        return f"{self.home}{path}{'&' if '?' in path else '?'}token={self.token}"

    def open(self, path: str, **view: object) -> "Notebook":
        """Open a notebook in a browser of its own; `view` may say color_scheme, viewport, reduced_motion."""
        return Notebook(self, f"doc/tree/{path}?reset", view)


class Notebook:
    """One notebook on its page: run it, read it, touch it. Leaving it (`with`) ends the kernels of its page.

    `console_errors` and `outside_requests` hold what went wrong on the page since it was opened.
    """

    def __init__(self, lab: Lab, address: str, view: dict):
        self.console_errors: list[str] = []
        self.outside_requests: list[str] = []
        self._context = lab.browser.new_context(**{"viewport": {"width": 1100, "height": 900}} | view)
        self.page: Page = self._context.new_page()
        self._listen(lab.home)
        self.page.goto(lab.url(address))
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=SECONDS_TO_START * 1000)
        self.wait_until_idle(SECONDS_TO_START)

    def __enter__(self) -> "Notebook":
        return self

    def __exit__(self, *_: object) -> None:
        opened = "[...window.jupyterapp.shell.widgets('main')]"  # a link may have opened more than one
        self.page.evaluate(f"() => Promise.all({opened}.map(widget => widget.sessionContext?.shutdown()))")
        self._context.close()

    def _listen(self, home: str) -> None:
        own = (home, home.replace("http", "ws"), "data:", "blob:")

        def note(url: str) -> None:
            if not url.startswith(own):
                self.outside_requests.append(url)

        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", lambda request: note(request.url))
        self.page.on("websocket", lambda socket: note(socket.url))

    def _hear(self, said: ConsoleMessage) -> None:
        # jupyter_server answers so when it is asked for its kernels while one is starting; JupyterLab asks again.
        starting = said.text.startswith(FAILED) and "/api/kernels?" in said.location["url"]
        if said.type == "error" and not starting:
            self.console_errors.append(said.text)

    # --- how it looks ---

    def theme(self, scheme: str) -> None:
        """Change the system's "light" or "dark", and wait until JupyterLab has followed with all its colours."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(FOLLOWED, arg=scheme == "light")
        self.settle()

    def resize(self, width: int, height: int = 900) -> None:
        """Change the size of the window, and wait until all that is drawn has followed."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle()

    def settle(self) -> None:
        """Wait for twelve frames in a row that look alike."""
        self.page.evaluate(SETTLED)

    # --- running ---

    def wait_until_idle(self, seconds: float = 600) -> None:
        """Wait for the kernel to have done all that the page has asked of it so far."""
        kernel = f"{PANEL}?.sessionContext?.session?.kernel"
        idle = f"() => {kernel}?.status === 'idle'"
        self.page.wait_for_function(idle, timeout=seconds * 1000)
        self.page.evaluate(f"() => {kernel}.requestKernelInfo()")  # answered in its turn: after whatever came before
        self.page.wait_for_function(idle, timeout=seconds * 1000)

    def command(self, name: str, wait: bool = True) -> None:
        """Run a command of JupyterLab by its name."""
        self.page.evaluate(f"name => {{ {'return' if wait else ''} window.jupyterapp.commands.execute(name) }}", name)
        if wait:
            self.wait_until_idle()

    def run_all(self) -> list[tuple[str, str, str]]:
        """Run every cell; returns the errors, as (cell id, name, message)."""
        self.command("notebook:run-all-cells")
        return self.errors()

    def run(self, cell: int, wait: bool = True) -> None:
        """Run one cell, counted from 0."""
        self.page.evaluate(f"i => {{ {PANEL}.content.activeCellIndex = i }}", cell)
        self.command("notebook:run-cell", wait)

    # --- reading ---

    def outputs(self, cell: int) -> list[dict]:
        """What the cell has put out, as it would be stored."""
        return self.page.evaluate(f"i => {PANEL}.content.widgets[i].model.outputs.toJSON()", cell)

    def errors(self) -> list[tuple[str, str, str]]:
        """The error outputs on the page, as (cell id, name, message)."""
        found = self.page.evaluate(f"""() => {PANEL}.content.widgets.filter(c => c.model.type === 'code')
            .flatMap(c => c.model.outputs.toJSON().filter(o => o.output_type === 'error')
            .map(o => [c.model.id, o.ename, o.evalue]))""")
        return [tuple(error) for error in found]

    def cell(self, cell: int) -> Locator:
        """The cell on the page, for clicks and screenshots."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell)

    def output(self, cell: int) -> Locator:
        """The cell's output on the page."""
        return self.cell(cell).locator(".jp-Cell-outputArea")

    # --- writing ---

    def set_source(self, cell: int, source: str) -> None:
        """Replace the cell's text at once."""
        self.page.evaluate(
            f"([i, text]) => {{ {PANEL}.content.widgets[i].model.sharedModel.setSource(text) }}", [cell, source]
        )

    def type_source(self, cell: int, source: str) -> None:
        """Replace the cell's text as a person would: click, select all, type."""
        self.cell(cell).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(source)

    def save(self) -> None:
        """Save the notebook to its file."""
        self.command("docmanager:save")


def _free_port() -> int:
    """A port that nobody is given by chance before the server takes it: systems hand out those above 32768."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
