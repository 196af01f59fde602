"""From Shift + Enter on a check to the painted verdict, in JupyterLab."""

import json
import subprocess
from pathlib import Path

from nbformat import v4

from benchmarks.in_lab import browser, course, wait_for
from benchmarks.lines import Setting, line
from lessonlib.course.execute import METADATA
from lessonlib.records import Record

TIMES = 20
CELLS = (
    "from lessonlib.checks.exercises.tree import check",
    "def answer_fusion():\n    return (7, 0, 7), (2, 0, 1)",
    "check.fusion(answer_fusion)",
)

# A key is seen before JupyterLab gets it; a verdict counts once the frame that shows it has been painted.
WATCH = """() => {
    window.delays = [];
    let begin = null;
    addEventListener("keydown", (e) => { if (e.key === "Enter" && e.shiftKey) begin = performance.now(); }, true);
    new MutationObserver((changes) => {
        const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
        const cards = added.some((node) => node.matches(".ll-verdict") || node.querySelector(".ll-verdict"));
        if (!cards || begin === null) return;
        const from = begin;
        begin = null;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => window.delays.push(performance.now() - from);
            channel.port2.postMessage(0);
        });
    }).observe(document.body, { childList: true, subtree: true });
}"""


def measure(setting: Setting) -> list[Record]:
    """Wall milliseconds of one check, again and again in one notebook; the names do not matter here."""
    with browser() as chrome:
        if chrome is None:
            return []
        return [line("verdict", "delay", "ms", _delays(chrome), figure="median")]


def _delays(chrome) -> list[float]:
    with course() as (command, environment, address), chrome.new_context() as context:
        file = Path(environment["HOME"]) / "course" / "exercises" / "delay.ipynb"
        notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in CELLS], metadata=METADATA)
        file.write_text(json.dumps(notebook), encoding="utf-8")
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(address.format("api/status"))
            page = context.new_page()
            page.goto(address.format("lab/tree/exercises/delay.ipynb"))
            page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
            page.evaluate(WATCH)
            for _ in CELLS:
                page.keyboard.press("Shift+Enter")
            page.wait_for_function("() => window.delays.length === 1", timeout=120_000)
            for count in range(1, TIMES + 1):  # the first one, with its imports, is no measure
                page.locator(".jp-Notebook .jp-Cell .cm-content").nth(len(CELLS) - 1).click()
                page.keyboard.press("Shift+Enter")
                page.wait_for_function("n => window.delays.length > n", arg=count, timeout=30_000)
            return page.evaluate("window.delays.slice(1)")
        finally:
            server.terminate()
            server.wait()
