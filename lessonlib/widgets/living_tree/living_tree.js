// The living tree: a name is typed, and the model runs here, on every key. Python is not asked.

const widget = () => ({ render });

function render({ model, el }) {
  const state = {
    text: model.get("text"), temperature: model.get("temperature"), open: model.get("opened"), chosen: null,
    step: null, channel: 0, target: null, words: model.get("words") ?? [], tools: new Set(model.get("tools")),
  };
  const trees = model.get("trees").map(({ label, outline, numbers, precision }) => ({ label, engine: new Engine(outline, weights(numbers, precision)) }));
  const engine = trees[0].engine;
  const name = nameField(engine, state, model.get("example"), typed, () => pen.button.click());
  const panels = trees.map((tree) => panel(tree, state, () => panels.forEach((each) => each.pick())));
  const pen = writer(panels, state, name, update);
  const slide = state.tools.has("convolution") && convolution(engine, state, model.get("example"));
  let root = null;
  root = h("div", { class: "ll ll-tree" },
    h("div", { class: "ll-bar ll-tree-top" }, name.el, state.tools.has("write") && pen.button, state.tools.has("temperature") && warmth(), state.tools.has("inside") && lookInside()),
    name.note,
    h("div", { class: `ll-tree-panels${panels.length > 1 ? " ll-tree-two" : ""}` }, ...panels.map((each) => each.el)),
    pen.el, slide && slide.el);
  keepKeys(root);
  el.append(root);

  function typed(text) {
    state.text = text; // before the pen leaves the field as it was: the key that stops it stays in there, too
    pen.stop();
    update(text);
  }

  function lay() {
    panels.forEach((each) => each.lay());
    if (slide) slide.draw();
  }

  /** The one way in which the picture changes: another text, perhaps a character that was drawn. */
  function update(text = state.text, animate = true) {
    state.text = text;
    panels.forEach((each) => each.show(animate));
    if (slide) slide.show();
  }

  function warmth() {
    const words = h("output", {}, state.temperature.toFixed(1));
    const slider = h("input", { type: "range", min: 0.1, max: 3, step: 0.1, value: state.temperature, oninput: () => {
      state.temperature = +slider.value;
      words.value = state.temperature.toFixed(1);
      panels.forEach((each) => each.warm());
    } });
    return field("Temperature", slider, words);
  }

  function lookInside() {
    const most = Math.max(...trees.map(({ engine }) => engine.levels.length));
    const less = h("button", { type: "button", "aria-label": "Close a level", onclick: () => open(state.open - 1) }, "−");
    const more = h("button", { type: "button", "aria-label": "Look inside: open a level", onclick: () => open(state.open + 1) }, "Look inside +");
    const open = (to) => {
      state.open = Math.max(0, Math.min(most, to));
      less.hidden = state.open === 0;
      more.disabled = state.open === most;
      if (root) lay();
    };
    open(state.open);
    return h("span", { class: "ll-tree-inside" }, less, more);
  }

  const undo = [
    ...panels.map((each) => onWidth(each.stage, lay)),
    onTheme(panels[0].stage, lay),
    () => pen.stop(),
  ];
  const told = () => { typed(model.get("text")); name.set(state.text); };
  model.on("change:text", told);
  undo.push(() => model.off("change:text", told));
  update(state.text, false);
  if (model.get("focus")) name.take();
  return () => undo.forEach((f) => f());
}

/** The character of the vocabulary that a typed one stands for: itself, in the other case, or without its accents. */
function readAs(engine, c) {
  const [base, ...marks] = c.normalize("NFD"), plain = marks.every((mark) => /\p{M}/u.test(mark)) ? [base] : [];
  const cases = [c, ...plain].flatMap((each) => [each, each.toLowerCase(), each.toUpperCase()]);
  return cases.find((each) => each !== "." && engine.index.has(each));
}

/** What is said below the field: which characters are read as others, and which were left out. */
function remarks(engine, given, unknown) {
  const once = (items) => [...new Set(items)], listed = (items) => items.join(", ");
  const others = once(given.filter(([c, known]) => known && known !== c).map(([c, known]) => `“${c}” as “${known}”`));
  const out = once(unknown.filter((c) => c !== ".")).map((c) => `“${c}”`);
  const [are, they, were] = out.length > 1 ? ["are", "they", "were"] : ["is", "it", "was"];
  return [
    others.length && `This tree reads ${listed(others)}.`,
    out.length && `${listed(out)} ${are} not among the ${engine.characters.length} characters of this tree, so ${they} ${were} left out.`,
    unknown.includes(".") && "“.” ends a name: the tree writes it itself.",
  ].filter(Boolean).join(" ");
}

/** The text field: only characters that the tree knows go in; others are named beside it. */
function nameField(engine, state, example, typed, enter) {
  const input = h("input", { type: "text", class: "ll-tree-name", size: 14, maxlength: 60, spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder: example, value: state.text });
  const note = h("p", { class: "ll-tree-unknown", role: "status", hidden: true });
  const read = () => {
    const given = [...input.value.normalize("NFC")].map((c) => [c, readAs(engine, c)]);
    const unknown = given.filter(([, known]) => !known).map(([c]) => c);
    if (unknown.length) input.value = given.filter(([, known]) => known).map(([c]) => c).join("");
    note.textContent = remarks(engine, given, unknown);
    note.hidden = !note.textContent;
    typed(given.map(([, known]) => known ?? "").join(""));
  };
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && state.tools.has("write")) enter(); });
  input.addEventListener("input", (event) => { if (!event.isComposing) read(); });
  input.addEventListener("compositionend", read);
  return {
    el: h("label", { class: "ll-field" }, h("span", {}, "Type the beginning of a name"), input), note,
    set: (text) => { input.value = text; },
    /** Take the focus, unless somebody is writing elsewhere. */
    take: () => setTimeout(() => {
      const now = document.activeElement, busy = now && (now.isContentEditable || ["INPUT", "TEXTAREA"].includes(now.tagName));
      if (!busy && input.isConnected) input.focus({ preventScroll: true });
    }, 60),
  };
}
