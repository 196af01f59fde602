// The live loss curve. Points arrive as messages while the cell trains (float32: run, kind, step, loss, lr), and all
// of them once more in `data` when it is done. Everything is drawn here, so the controls answer while Python is busy.

const RAW = 0, TRAIN = 1, VAL = 2, FIELDS = 5;
const WINDOWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const CALM = 5; // steps: smoothed over fewer, a line is as noisy as the losses, and a broad one would hide the next
const DASHES = [[], [7, 3], [8, 3, 2, 3], [2, 3], [10, 2, 2, 2]]; // style.LINES

const widget = () => {
  const store = { runs: [], changed: new Set() };
  return {
    initialize: ({ model }) => collect(model, store),
    render: ({ model, el }) => render(model, el, store),
  };
};

function collect(model, store) {
  const whole = () => {
    const data = model.get("data");
    if (!data?.byteLength) return;
    store.runs = [];
    take(store, data);
  };
  store.runs = (model.get("curves") ?? []).map(unpacked); // of a stored run, on a page without Python
  model.on("msg:custom", (message, buffers) => { if (message.type === "points") take(store, buffers[0]); });
  model.on("change:data", whole);
  whole();
}

function take(store, view) {
  const bytes = new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength).slice(); // aligned to 4
  const numbers = new Float32Array(bytes.buffer);
  for (let i = 0; i < numbers.length; i += FIELDS) {
    const [index, kind, step, loss, lr] = numbers.subarray(i, i + FIELDS);
    const run = (store.runs[index] ??= { step: [], loss: [], lr: [], [TRAIN]: [], [VAL]: [] });
    if (kind !== RAW) run[kind].push([step, loss]);
    else { run.step.push(step); run.loss.push(loss); run.lr.push(lr); }
  }
  store.changed.forEach((f) => f());
}

function render(model, el, store) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const stage = h("div", { class: "ll-live-stage", tabindex: 0, role: "slider", "aria-label": "Step", "aria-valuemin": 0, "aria-valuenow": 0, "aria-valuemax": 0 }, canvas);
  const readout = h("p", { class: "ll-live-readout" });
  const legend = h("ul", { class: "ll-live-legend" });
  const title = h("div", { class: "ll-live-title" });
  const closer = zoom(stage, (event) => stepAt(canvas, event), () => lastStep(store.runs), () => later());
  const root = h("div", { class: "ll ll-live" }, title, controls(model, closer.bar), legend, stage, readout, written(model));
  keepKeys(root);
  el.append(root);

  const view = { at: null, visible: true, waiting: false, told: 0 };
  const paint = () => {
    view.waiting = false;
    const lines = store.runs.map((run) => run && { ...run, ...smoothed(run, model.get("smoothing"), model.get("window")) });
    draw(canvas, root, lines, view.at, model.get("log_scale"), model.get("window") >= CALM, closer.part());
    closer.update();
    tell(view, stage, readout, lines, model);
    if (performance.now() - view.told > 900 || model.get("data")?.byteLength || model.get("curves")) {
      view.told = performance.now();
      legend.replaceChildren(...lines.map((line, i) => line && entry(line, i, model)).filter(Boolean));
    }
  };
  const later = () => {
    if (view.waiting || !view.visible || document.hidden) return;
    view.waiting = true;
    requestAnimationFrame(paint);
  };
  const goTo = (step) => { view.at = step; later(); };
  stage.addEventListener("pointermove", (event) => goTo(stepAt(canvas, event)));
  stage.addEventListener("pointerleave", () => goTo(null));
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = keyStep(closer.part() ?? [0, lastStep(store.runs)], lastStep(store.runs), view.at, event.key);
    if (next === undefined && !closer.key(event.key, view.at)) return;
    event.preventDefault();
    if (next === undefined) return;
    closer.follow(next);
    goTo(next);
  });
  const sight = new IntersectionObserver(([entry]) => { view.visible = entry.isIntersecting; later(); });
  sight.observe(root);
  store.changed.add(later);
  const undo = [
    follow(model, ["title"], () => { title.textContent = model.get("title"); }),
    follow(model, ["window", "smoothing", "log_scale", "names", "notes"], later),
    onWidth(stage, later),
    onTheme(stage, paint),
    () => sight.disconnect(),
    () => store.changed.delete(later),
  ];
  return () => undo.forEach((f) => f());
}

/** What the model in training wrote, the latest first: names that get better. */
function written(model) {
  const list = h("ol", { class: "ll-live-written", "aria-label": "What the model writes" });
  follow(model, ["written"], () => {
    const lines = [...model.get("written")].reverse();
    list.hidden = !lines.length;
    list.replaceChildren(...lines.map(([step, names]) => h("li", {}, h("span", {}, `after ${count(step, "step")}`), h("span", {}, names))));
  });
  return list;
}

function controls(model, closer) {
  const slider = h("input", { type: "range", min: 0, max: WINDOWS.length - 1 });
  const shown = h("output", { class: "ll-live-window" });
  const log = h("input", { type: "checkbox" });
  const kind = radios("Smoothing", { running: "running average", mean: "means of k steps" }, model.get("smoothing"), (value) => change(model, { smoothing: value }));
  slider.addEventListener("input", () => change(model, { window: WINDOWS[slider.value] }));
  log.addEventListener("change", () => change(model, { log_scale: log.checked }));
  follow(model, ["window", "log_scale"], () => {
    slider.value = WINDOWS.indexOf(model.get("window"));
    shown.value = count(model.get("window"), "step");
    slider.setAttribute("aria-valuetext", shown.value);
    log.checked = model.get("log_scale");
  });
  return h("div", { class: "ll-bar" }, kind, field("k", slider, shown), h("label", { class: "ll-option" }, log, h("span", {}, "log scale")), closer);
}

// Smoothing

function smoothed(run, kind, window) {
  if (kind === "running") return { smoothStep: run.step, smoothLoss: runningAverage(run.loss, window) };
  const k = Math.max(1, Math.min(window, run.loss.length)), smoothStep = [], smoothLoss = [];
  for (let i = 0; i + k <= run.loss.length; i += k) {
    smoothStep.push(mean(run.step.slice(i, i + k)));
    smoothLoss.push(mean(run.loss.slice(i, i + k)));
  }
  return { smoothStep, smoothLoss };
}

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Exponential average that forgets over about k values; dividing by the weight so far takes out the pull to 0. */
function runningAverage(values, k) {
  const keep = 1 - 1 / k;
  let sum = 0, weight = 0;
  return values.map((v) => {
    sum = keep * sum + (1 - keep) * v;
    weight = keep * weight + 1 - keep;
    return sum / weight;
  });
}

// The words

function entry(line, i, model) {
  const [name, note] = [model.get("names")[i] ?? `run ${i + 1}`, model.get("notes")[i]];
  const parts = [];
  if (line.step.length) parts.push(`step ${thousands(line.step.at(-1))}`, `smoothed ${line.smoothLoss.at(-1)?.toFixed(3)}`);
  if (line[TRAIN].length) parts.push(`○ training ${line[TRAIN].at(-1)[1].toFixed(3)}`);
  if (line[VAL].length) parts.push(`◆ validation ${line[VAL].at(-1)[1].toFixed(3)}`);
  if (note) parts.push(note);
  const sample = s("svg", { width: 30, height: 10, "aria-hidden": "true" },
    s("line", { x1: 0, x2: 30, y1: 5, y2: 5, stroke: `var(--ll-line-${i % 5})`, "stroke-width": 2.5, "stroke-dasharray": DASHES[i % 5].join(" ") }));
  return h("li", {}, sample, h("strong", {}, name), h("span", {}, parts.join(" · ")));
}

function tell(view, stage, readout, lines, model) {
  const last = lastStep(lines);
  const words = view.at === null
    ? "Point at the curve, or use the arrow keys on it, to read single steps; drag over a part of it, or press +, to look closer."
    : `Step ${thousands(view.at)}: ` + lines.map((line, i) => line && at(line, view.at, model.get("names")[i], lines.length > 1)).filter(Boolean).join("; ");
  readout.textContent = words;
  stage.setAttribute("aria-valuemax", last);
  stage.setAttribute("aria-valuenow", view.at ?? last);
  stage.setAttribute("aria-valuetext", view.at === null ? "no step chosen" : words);
}

function at(line, step, name, several) {
  const i = before(line.step, step), j = before(line.smoothStep, step);
  if (i < 0) return null;
  const smooth = j < 0 ? "" : `, smoothed ${line.smoothLoss[j].toFixed(3)}`;
  return `${several ? `${name} ` : ""}loss ${line.loss[i].toFixed(3)}${smooth}`;
}

/** The place of the last entry that is not above `value`; -1 if there is none. */
function before(sorted, value) {
  let low = -1, high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

function lastStep(runs) {
  return Math.max(0, ...runs.filter(Boolean).flatMap((run) => [run.step.at(-1) ?? 0, ...[...run[VAL], ...run[TRAIN]].map(([step]) => step)]));
}

function keyStep([from, to], last, now, key) {
  const stride = Math.max(1, Math.round((to - from) / 100)), here = now ?? to;
  if (key === "ArrowLeft" || key === "ArrowDown") return Math.max(0, here - stride);
  if (key === "ArrowRight" || key === "ArrowUp") return Math.min(last, here + stride);
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key === "Escape" ? null : undefined;
}

function stepAt(canvas, event) {
  const { left, right, from, to } = canvas.scale ?? {};
  if (!to) return null;
  const x = event.clientX - canvas.getBoundingClientRect().left;
  return Math.round(Math.max(from, Math.min(to, from + ((x - left) / (right - left)) * (to - from))));
}

// The picture

function draw(canvas, root, lines, chosen, log, calm, part) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const look = getComputedStyle(root);
  const colour = (name) => look.getPropertyValue(name).trim();
  const ink = look.color, rule = colour("--ll-hair") || "#ddd";
  pen.font = `12px ${look.fontFamily}`;

  const present = lines.filter((line) => line);
  if (!present.length) {
    pen.fillStyle = ink;
    pen.fillText("No steps yet.", 8, 20);
    return;
  }
  const rates = present.some((line) => line.lr.some((lr) => !Number.isNaN(lr)));
  const [from, to] = part ?? [0, Math.max(1, lastStep(present))];
  const box = { left: 52, right: width - 14, top: 12, bottom: height - (rates ? 104 : 42) };
  canvas.scale = { ...box, from, to };
  const x = (step) => box.left + ((step - from) / (to - from)) * (box.right - box.left);
  const y = scale(part ? limits(present.map((line) => within(line, part)), 0) : limits(present), box.bottom, box.top, log);
  axes(pen, box, x, y, [from, to], ink, rule, rates, height);

  pen.save();
  pen.beginPath();
  pen.rect(box.left, box.top - 4, box.right - box.left + 8, box.bottom - box.top + 8);
  pen.clip();
  const each = (f) => lines.forEach((line, i) => { if (line) { pen.strokeStyle = pen.fillStyle = colour(`--ll-line-${i % 5}`); f(line, i); } });
  const face = look.backgroundColor;
  each((line) => { pen.globalAlpha = present.length > 1 ? 0.2 : 0.25; pen.lineWidth = 1; stroke(pen, line.step, line.loss, x, y.at); pen.globalAlpha = 1; });
  if (calm) each((line) => { pen.strokeStyle = face; pen.lineWidth = 5; stroke(pen, line.smoothStep, line.smoothLoss, x, y.at); }); // a rim, so that the noise does not swallow the line
  each((line, i) => {
    pen.lineWidth = calm ? 2.4 : 1.2;
    if (!calm) pen.globalCompositeOperation = isDark(face) ? "screen" : "multiply"; // whichever comes first, both show
    pen.setLineDash(DASHES[i % 5]);
    stroke(pen, line.smoothStep, line.smoothLoss, x, y.at);
    pen.setLineDash([]);
    pen.globalCompositeOperation = "source-over";
  });
  each((line) => marks(pen, line, x, y.at, face));
  pen.restore();
  if (rates) learningRate(pen, lines, each, x, { ...box, top: height - 84, bottom: height - 40 }, ink, rule);
  if (chosen !== null) {
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x(chosen), box.top);
    pen.lineTo(x(chosen), height - 40);
    pen.stroke();
  }
}

/** Whether a colour, as "rgb(17, 17, 17)", is nearer to black than to white. */
const isDark = (colour) => (colour.match(/\d+/g) ?? [255]).slice(0, 3).reduce((sum, v) => sum + +v, 0) < 3 * 128;

/** Of a line what lies in a part of the steps. */
function within(line, [from, to]) {
  const near = ([step]) => step >= from && step <= to;
  return { loss: line.loss.slice(before(line.step, from - 1) + 1, before(line.step, to) + 1), [TRAIN]: line[TRAIN].filter(near), [VAL]: line[VAL].filter(near) };
}

/** Low and high of what is shown, without the steep first steps, which would flatten the rest. */
function limits(lines, steep = 1 / 20) {
  const values = lines.flatMap((line) => {
    const loss = line.loss, from = Math.floor(loss.length * steep), stride = Math.max(1, Math.floor(loss.length / 4000));
    const sampled = [];
    for (let i = from; i < loss.length; i += stride) sampled.push(loss[i]);
    return [...sampled, ...line[TRAIN].map(([, v]) => v), ...line[VAL].map(([, v]) => v)];
  }).filter(Number.isFinite).sort((a, b) => a - b);
  if (!values.length) return [0, 4];
  const low = values[Math.floor(values.length / 200)], high = values[values.length - 1 - Math.floor(values.length / 200)];
  const pad = 0.06 * (high - low) || 0.1;
  return [Math.max(low - pad, low * 0.5), high + pad];
}

function scale([low, high], bottom, top, log) {
  const f = log ? (v) => Math.log(Math.max(v, 1e-9)) : (v) => v;
  const [a, b] = [f(low), f(high)];
  return { at: (v) => bottom - ((f(v) - a) / (b - a || 1)) * (bottom - top), ticks: ticks(low, high, 6) };
}

/** Round numbers between low and high, about `wanted` of them. */
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough || 1));
  const size = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) || 1;
  const found = [];
  for (let v = Math.ceil(low / size) * size; v <= high + size * 1e-6; v += size) found.push(+v.toPrecision(6));
  return found;
}

function axes(pen, box, x, y, [from, to], ink, rule, rates, height) {
  pen.lineWidth = 1;
  pen.fillStyle = ink;
  pen.strokeStyle = rule;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of y.ticks) {
    line(pen, box.left, y.at(tick), box.right, y.at(tick));
    pen.fillText(String(tick), box.left - 8, y.at(tick));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const tick of ticks(from, to, Math.max(3, (box.right - box.left) / 110))) {
    line(pen, x(tick), box.top, x(tick), height - 40);
    pen.fillText(thousands(tick), Math.min(x(tick), box.right - 10), height - 34);
  }
  pen.fillText("step", (box.left + box.right) / 2, height - 17);
  pen.save();
  pen.translate(4, (box.top + box.bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText("loss (nats per character)", 0, 0);
  pen.restore();
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, Math.round(y1) + 0.5);
  pen.lineTo(x2, Math.round(y2) + 0.5);
  pen.stroke();
}

/** One stroke through all points; where several share a pixel column, its lowest and highest are enough. */
function stroke(pen, steps, values, x, y) {
  pen.beginPath();
  let column = null, low = 0, high = 0, drawing = false;
  const put = (px, py) => { drawing ? pen.lineTo(px, py) : pen.moveTo(px, py); drawing = true; };
  for (let i = 0; i < steps.length; i++) {
    if (!Number.isFinite(values[i])) { drawing = false; column = null; continue; }
    const px = Math.round(x(steps[i]) * 2) / 2, py = y(values[i]);
    if (px !== column) {
      if (column !== null && low !== high) { put(column, low); put(column, high); }
      column = px;
      low = high = py;
      put(px, py);
    } else { low = Math.min(low, py); high = Math.max(high, py); }
  }
  pen.stroke();
}

/** Validation as filled diamonds, training as rings around them: where the two agree, both can be seen. */
function marks(pen, line, x, y, face) {
  const own = pen.fillStyle;
  for (const [step, loss] of line[VAL]) {
    const [px, py] = [x(step), y(loss)];
    pen.beginPath();
    [[0, -6], [6, 0], [0, 6], [-6, 0]].forEach(([dx, dy]) => pen.lineTo(px + dx, py + dy));
    pen.closePath();
    pen.strokeStyle = face;
    pen.lineWidth = 3;
    pen.stroke();
    pen.fill();
  }
  for (const [step, loss] of line[TRAIN]) {
    for (const [colour, width] of [[face, 4], [own, 2]]) {
      pen.beginPath();
      pen.arc(x(step), y(loss), 7, 0, 7);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
    }
  }
}

function learningRate(pen, lines, each, x, box, ink, rule) {
  const highest = Math.max(...lines.flatMap((l) => (l ? [l.lr.reduce((m, v) => (v > m ? v : m), 0)] : [])), 1e-12);
  const y = (v) => box.bottom - (v / highest) * (box.bottom - box.top);
  pen.strokeStyle = rule;
  line(pen, box.left, box.bottom, box.right, box.bottom);
  line(pen, box.left, box.top, box.right, box.top);
  pen.fillStyle = ink;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillText(String(+highest.toPrecision(2)), box.left - 8, box.top);
  pen.fillText("0", box.left - 8, box.bottom);
  pen.textAlign = "left";
  pen.textBaseline = "bottom";
  pen.fillText("learning rate", box.left + 4, box.top - 2);
  pen.save();
  pen.beginPath();
  pen.rect(box.left, box.top - 2, box.right - box.left + 8, box.bottom - box.top + 4);
  pen.clip();
  each((run, i) => { pen.lineWidth = 1.8; pen.setLineDash(DASHES[i % 5]); stroke(pen, run.step, run.lr, x, y); pen.setLineDash([]); });
  pen.restore();
}
