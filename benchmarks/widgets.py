"""The widgets: hover to paint at 1,024 inputs, and what the live loss curve costs, beside a matplotlib redraw."""

import json
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output

from benchmarks.lines import Setting, line
from lessonlib.course import export
from lessonlib.course.automatic import fresh_surroundings
from lessonlib.course.browsers import chromium
from lessonlib.records import Record
from lessonlib.widgets import ReceptiveField

HOVERS, REDRAWS = 120, 5
STEPS = 12_000

# From a pointer event, at any moment between two frames, until after the frame that shows it has been painted.
HOVER = """async (hovers) => {
    const stage = document.querySelector(".ll-rf-stage"), box = stage.getBoundingClientRect(), times = [];
    const painted = () => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    }));
    for (let i = 0; i < hovers; i++) {
        await new Promise((done) => setTimeout(done, (i * 7) % 17));
        const [x, y] = [0.15 + 0.7 * (i * 0.618 % 1), i * 0.382 % 1];
        const where = { clientX: box.left + box.width * x, clientY: box.top + box.height * y };
        const begin = performance.now();
        stage.dispatchEvent(new PointerEvent("pointermove", { ...where, bubbles: true }));
        await painted();
        times.push(performance.now() - begin);
    }
    return times;
}"""

# Runs in a kernel, where messages are really sent; times are CPU seconds of the main thread.
TRAINING = f"""
import json, time, torch
torch.set_num_threads(1)
from lessonlib.models import tree
from lessonlib.widgets import LiveLoss
import torch.nn.functional as F
torch.manual_seed(0)
model = tree(27, 24, 128)
X, Y = torch.randint(0, 27, (4096, 8)), torch.randint(0, 27, (4096,))
clock, logging = time.thread_time, 0.0
with LiveLoss("cost") as live:
    begin = clock()
    for step in range({STEPS}):
        ix = torch.randint(0, 4096, (32,))
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
        value = loss.item()
        before = clock()
        live(step, value, 0.1)
        logging += clock() - before
    training = clock() - begin - logging
    redraws = []
    for _ in range({REDRAWS}):
        before = clock()
        live.static_figure().png()
        redraws.append(clock() - before)
print(json.dumps([logging / {STEPS}, training / {STEPS}, sorted(redraws)[{REDRAWS} // 2], len(live.points())]))
"""


def measure(setting: Setting) -> list[Record]:
    """Wall milliseconds of a hover, CPU microseconds of the log; the names do not matter here."""
    return [*_hover(), *_log()]


def _hover():
    browser = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser = None
    if browser is None:
        print("  hovering is left out: it needs a Chromium and what requirements-test.txt names", file=sys.stderr)
        return []
    field = ReceptiveField("charlotte", levels=10)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"]).new_page()
        page.goto(_page(field, Path(folder)).as_uri())
        page.wait_for_selector(".ll-rf-stage svg")
        hovers = page.evaluate(HOVER, HOVERS)
    redraws = [_milliseconds(lambda: field.static_figure().png()) for _ in range(REDRAWS)]
    at = {"widget": "receptive field, 1,024 inputs"}
    return [
        line("hover", "delay", "ms", hovers, figure="median", at=at),
        line("redraw", "delay", "ms", redraws, figure="median", at=at),
    ]


def _page(widget, folder):
    output = new_output("execute_result", data=widget._repr_mimebundle_()[0], execution_count=1)
    notebook = folder / "field.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("field", outputs=[output], execution_count=1)]), notebook)
    page = folder / "field.html"
    page.write_text(export.export(notebook), encoding="utf-8")
    return page


def _milliseconds(call):
    begin = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begin)


def _log():
    cell = new_code_cell(textwrap.dedent(TRAINING))
    client = NotebookClient(new_notebook(cells=[cell]), kernel_name="python3", store_widget_state=False, timeout=600)
    with fresh_surroundings() as environment:
        client.execute(env=environment)
    printed = "".join(output.get("text", "") for output in client.nb.cells[0].outputs)
    log, step, redraw, kept = json.loads(printed.splitlines()[-1])
    if kept != STEPS:
        raise RuntimeError(f"The live curve kept {kept} of {STEPS} steps.")
    costs = {"log": log, "step": step, "redraw": redraw}
    at = {"widget": "live loss curve"}
    return [line(subject, "cost", "us", [1e6 * seconds], at=at, kept=kept) for subject, seconds in costs.items()]
