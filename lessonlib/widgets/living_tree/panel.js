// A panel: one tree with its bars, and what is opened of it.

function panel({ label, engine }, state, changed) {
  const tree = canopy(engine, state, pick, (words) => scale.read(words)), next = bars(engine, state);
  const sentence = h("p", { class: "ll-tree-sentence", role: "status" });
  const scale = legend();
  const detail = h("div", { class: "ll-tree-detail", hidden: true });
  const counts = state.tools.has("attribution") && mattered(engine, state, tree);
  const el = h("section", { class: "ll-tree-panel", "aria-label": label || "Living tree" },
    label && h("div", { class: "ll-tree-title" }, label),
    h("div", { class: "ll-tree-main" }, h("div", { class: "ll-tree-left" }, tree.el, scale.el), next.el),
    sentence, counts && counts.el, detail);
  let drawn = null, later = 0;

  function chances() {
    return softmax(tree.look().scores, state.temperature);
  }

  function show(animate = true) {
    drawn = null;
    tree.show(engine.look(engine.ids(state.text)), animate);
    tell();
    if (state.chosen) pick();
  }

  function tell() {
    next.show(chances(), drawn);
    sentence.textContent = `Most likely ${state.text ? `after “${state.text}”` : "first"}: ${likeliest(engine, chances())}.`;
    clearTimeout(later);
    if (counts) later = setTimeout(() => counts.show(chances()), 20); // eight more runs of the model: after the paint
  }

  /** Choose a node, or show anew what is chosen; the same once more closes it. */
  function pick(node, moved = false) {
    if (node) {
      const same = state.chosen && state.chosen[0] === node[0] && state.chosen[1] === node[1];
      state.chosen = same && !moved ? null : node;
      state.step = null;
      changed();
      return;
    }
    tree.light();
    detail.hidden = !state.chosen;
    if (state.chosen) nodeView(engine, tree.look(), state, detail, chances(), tree.scales);
    else detail.replaceChildren();
  }

  function lay() {
    tree.lay();
    scale.draw(state.open > 0, tree.scales);
    if (state.chosen) pick();
  }

  /** The next character's chances anew, where only the temperature has changed. */
  function warm() {
    tell();
    if (state.chosen) pick();
  }

  return { el, stage: tree.el, engine, label, show, lay, pick, warm, chances, draw: (id) => { drawn = id; next.show(chances(), id); } };
}

/** The scale of the colours, with its numbers. */
function legend() {
  const canvas = h("canvas", { "aria-hidden": "true" }), low = h("span"), high = h("span"), more = h("span"), pointed = h("strong");
  const el = h("p", { class: "ll-tree-legend", hidden: true }, low, canvas, high, more, pointed);
  return {
    el,
    read: (words) => { pointed.textContent = words; },
    draw(open, scales) {
      el.hidden = !open;
      if (!open) return;
      const ramp = Float32Array.from({ length: 41 }, (_, i) => (i - 20) / 20), top = scales.at(-1);
      paint(canvas, ramp, 1, { rows: 1, columns: 41 }, ground(el));
      low.textContent = `−${top}`;
      high.textContent = `${top}`;
      more.textContent = scales[0] === top ? "" : `(characters: −${scales[0]} to ${scales[0]})`;
    },
  };
}
