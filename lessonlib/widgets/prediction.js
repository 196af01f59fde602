// A prediction: the question, a field that fits it, and the answer, which opens after a guess or at "Show me".

const widget = () => {
  const draft = { value: "", focused: false }; // outlives a second drawing, as at the end of a training
  return { render: ({ model, el }) => render(model, el, draft) };
};

const BUSY = 800; // milliseconds without a reply: Python is training, and the answer need not wait for it

function render(model, el, draft) {
  const asked = model.get("asked");
  const answer = h("div", { class: "ll-predict-answer", hidden: true });
  const status = h("p", { role: "status" });
  const input = fields(asked, draft, () => guess());
  const main = h("button", { type: "button", class: "ll-main", onclick: () => guess() }, "Predict");
  const see = h("button", { type: "button", onclick: () => ask("see") }, "Show me");
  const again = h("button", { type: "button", onclick: () => ask("again") }, "Ask me again");
  const tell = listener(model, open), alone = model.get("live") === false; // without Python, no other lesson is told
  const all = h("input", { type: "checkbox", onchange: () => tell({ type: "all", on: all.checked }) });
  const foot = h("div", { class: "ll-predict-foot" }, again, h("label", { class: "ll-option", hidden: alone }, all, h("span", {}, "Show all answers, in every lesson")));
  const row = h("div", { class: "ll-predict-row" }, input.inRow, main, see);
  const root = h("div", { class: "ll ll-predict", id: `prediction-${asked.key}`, tabindex: "-1" },
    h("p", { class: "ll-predict-head" }, "Predict before you look"),
    html("p", "ll-predict-question", asked.question),
    asked.hint ? html("p", "ll-predict-hint", asked.hint) : null,
    input.above, row, status, answer, foot);
  keepKeys(root);
  el.append(root);
  let sent = null; // what was asked of Python, which may be busy training

  function ask(type, more = {}) {
    const asking = sent = { type, ...more, late: false };
    tell({ type, ...more });
    setTimeout(() => { if (sent === asking) { sent.late = true; update(); } }, BUSY);
  }
  function guess() {
    const yours = input.value();
    if (yours) ask("guess", { yours });
    else status.textContent = "Answer first, or look with “Show me”.";
  }
  function update() {
    const known = model.get("answer") !== "", yours = sent?.late && sent.yours ? sent.yours : model.get("yours");
    const wanted = yours || model.get("shown") || model.get("all_shown") || (sent?.late && sent.type === "see");
    const opened = Boolean(known && wanted), waiting = Boolean(!known && wanted);
    if (answer.dataset.of !== model.get("answer")) {
      answer.dataset.of = model.get("answer");
      answer.innerHTML = model.get("answer");
      input.came?.(numbers(model.get("actual")));
    }
    answer.hidden = !opened;
    input.reveal?.(opened);
    input.lock(opened || waiting);
    row.hidden = opened || waiting;
    again.hidden = !(yours || model.get("shown"));
    foot.hidden = !opened;
    all.checked = model.get("all_shown");
    root.classList.toggle("ll-predict-differs", model.get("agrees") === false && opened);
    say(yours, opened, waiting);
  }
  function say(yours, opened, waiting) {
    const typed = yours === model.get("yours") ? model.get("said") : yours;
    const shown = yours && input.inWords ? input.inWords(yours) : typed;
    if (model.get("complaint")) status.textContent = model.get("complaint");
    else if (waiting) status.textContent = `${yours ? `Kept: ${shown}. ` : ""}The result appears when the cell is done.`;
    else if (opened && yours) status.replaceChildren(`You predicted ${shown}. `, h("span", { class: "ll-predict-verdict" }, model.get("verdict")));
    else status.textContent = "";
  }
  function heard() {
    const tried = sent?.type === "guess", anew = sent?.type === "again" && !model.get("all_shown");
    sent = null;
    update();
    if (anew || (tried && model.get("complaint"))) input.focus();
  }
  const stop = follow(model, ["yours", "said", "answer", "verdict", "complaint", "shown", "all_shown"], heard);
  model.on("msg:custom", heard); // Python's reply, also where nothing has changed
  if (model.get("yours")) input.set(model.get("yours"));
  if (draft.focused) requestAnimationFrame(() => input.focus()); // once it is on the page
  return () => { stop(); model.off("msg:custom", heard); };
}

/** On a page without Python: what is guessed stays in the page, and opens the answer. */
function open(model) {
  return ({ type, yours = "" }) => {
    model.set("said", yours);
    model.set("yours", yours);
    model.set("shown", type === "see");
  };
}

function html(tag, name, text) {
  const element = h(tag, { class: name });
  element.innerHTML = text;
  return element;
}

const numbers = (text) => text.split(",").map(Number);

// --- the fields: {above, inRow, value(), set(text), lock(on), focus()} ---

function fields(asked, draft, done) {
  if (asked.kind === "curve") return drawing(asked, draft);
  return asked.choices.length ? picking(asked, draft) : typing(asked, draft, done);
}

function typing(asked, draft, done) {
  const sizes = { number: 12, shape: 14, numbers: 20, words: 24 };
  const example = { shape: "as (2, 3)", numbers: "as 1, 2, 3" };
  const box = h("input", { type: "text", size: sizes[asked.kind], "aria-label": asked.words, placeholder: example[asked.kind], autocomplete: "off", spellcheck: "false", value: draft.value,
    oninput: () => { draft.value = box.value; if (slider && isFinite(box.value)) slider.value = box.value; } });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") done(); });
  watchFocus(box, draft);
  const [low, high] = asked.range;
  const slider = low === undefined ? null : h("input", { type: "range", min: low, max: high, step: asked.step, "aria-label": `${asked.words} (slider)`, value: draft.value || (low + high) / 2,
    oninput: () => { draft.value = box.value = slider.value; } });
  return {
    above: null,
    inRow: h("span", { class: "ll-predict-parts" }, slider, box, asked.unit || null),
    value: () => box.value.trim(),
    set: (text) => { box.value = draft.value = text; },
    lock: (on) => { box.disabled = on; if (slider) slider.disabled = on; },
    focus: () => { box.focus(); box.setSelectionRange(box.value.length, box.value.length); },
  };
}

function picking(asked, draft) {
  const group = radios(asked.words, Object.fromEntries(asked.choices.map((each) => [each, each])), draft.value, (value) => { draft.value = value; });
  watchFocus(group, draft);
  const boxes = [...group.querySelectorAll("input")];
  return {
    above: group,
    inRow: null,
    value: () => boxes.find((box) => box.checked)?.value ?? "",
    set: (text) => boxes.forEach((box) => { box.checked = box.value === text; }),
    lock: (on) => boxes.forEach((box) => { box.disabled = on; }),
    focus: () => boxes[0].focus(),
  };
}

function watchFocus(element, draft) {
  element.addEventListener("focusin", () => { draft.focused = true; });
  element.addEventListener("focusout", (event) => { if (event.relatedTarget) draft.focused = false; }); // gone with its page: null
}

// A curve: a height at each of a few points, drawn with the pointer or set with the arrow keys.
function drawing(asked, draft) {
  let W = 460; // in pixels: the drawing is as wide as its place, so that its letters keep their size
  const H = 220, left = 52, right = 14, top = 12, bottom = 44;
  const [low, high] = asked.range, n = asked.points.length;
  let y = draft.value ? numbers(draft.value) : Array(n).fill((low + high) / 2);
  let now = 0, touched = Boolean(draft.value), locked = false, came = null;
  const px = (i) => left + ((W - left - right) * i) / (n - 1);
  const py = (v) => top + (H - top - bottom) * (1 - (v - low) / (high - low));
  const stage = s("svg", { class: "ll-predict-draw", height: H, tabindex: "0", role: "slider", "aria-label": `${asked.words} Left and right choose a point, up and down move it.`, "aria-valuemin": low, "aria-valuemax": high });

  function round(v) { return Math.round(Math.min(high, Math.max(low, v)) / asked.step) * asked.step; }
  function line(values, name) { return s("path", { class: name, d: values.map((v, i) => `${i ? "L" : "M"}${px(i)} ${py(v)}`).join("") }); }
  function draw() {
    const marks = [low, (low + high) / 2, high].flatMap((v) => [
      s("line", { class: "ll-grid", x1: left, x2: W - right, y1: py(v), y2: py(v) }), s("text", { x: left - 8, y: py(v) + 4, "text-anchor": "end" }, String(+v.toFixed(2)))]);
    const names = asked.points.map((name, i) => s("text", { x: px(i), y: H - bottom + 18, "text-anchor": "middle" }, name));
    const dots = y.map((v, i) => s("circle", { class: `ll-dot${i === now && !locked ? " ll-now" : ""}`, cx: px(i), cy: py(v), r: 5 }));
    stage.replaceChildren(...marks, ...names,
      s("text", { x: (left + W - right) / 2, y: H - 8, "text-anchor": "middle" }, asked.axes[0]),
      s("text", { x: 12, y: (H - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(H - bottom) / 2})` }, asked.axes[1]),
      ...(touched ? [line(y, "ll-mine"), ...dots] : dots),
      ...(came ? [line(came, "ll-came"), s("text", { class: "ll-said", x: px(n - 1), y: py(came[n - 1]) + (came[n - 1] > (low + high) / 4 ? 22 : -14), "text-anchor": "end" }, "what came out")] : []));
    stage.setAttribute("aria-valuenow", y[now]);
    stage.setAttribute("aria-valuetext", `${asked.axes[0]} ${asked.points[now]}: ${+y[now].toFixed(3)}`);
  }
  function put(i, v) { y[i] = round(v); now = i; touched = true; draft.value = y.map((each) => +each.toFixed(3)).join(", "); draw(); }
  function drag(event) {
    const box = stage.getBoundingClientRect();
    const i = Math.round(((event.clientX - box.left - left) / (W - left - right)) * (n - 1));
    put(Math.min(n - 1, Math.max(0, i)), low + (1 - (event.clientY - box.top - top) / (H - top - bottom)) * (high - low));
  }
  stage.addEventListener("pointerdown", (event) => { 
    if (locked) return;
    event.preventDefault(); // no text is to be selected on the way
    stage.focus();
    stage.setPointerCapture(event.pointerId);
    drag(event);
  });
  stage.addEventListener("pointermove", (event) => { if (!locked && event.buttons) drag(event); });
  stage.addEventListener("keydown", (event) => {
    const by = { ArrowUp: asked.step, ArrowDown: -asked.step, PageUp: 5 * asked.step, PageDown: -5 * asked.step }[event.key];
    const go = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: n - 1 }[event.key];
    if (locked || (by === undefined && go === undefined)) return;
    event.preventDefault();
    if (by !== undefined) put(now, y[now] + by);
    else { now = Math.min(n - 1, Math.max(0, go)); draw(); }
  });
  watchFocus(stage, draft);
  new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width || contentRect.width === W) return;
    W = contentRect.width;
    draw();
  }).observe(stage);
  draw();
  let real = null;
  return {
    above: stage,
    inRow: null,
    value: () => (touched ? draft.value : ""),
    set: (text) => { y = numbers(text); draft.value = text; touched = true; draw(); },
    lock: (on) => { locked = on; draw(); },
    focus: () => stage.focus(),
    came: (values) => { real = values; },
    reveal: (on) => { came = on ? real : null; draw(); },
    inWords: () => "the solid line",
  };
}
