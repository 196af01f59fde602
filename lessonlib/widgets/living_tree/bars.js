// What comes next: a bar for each character, the likely ones first.

const FEW = 8, MANY = 60;

function bars(engine, state) {
  const list = h("ol", { class: "ll-tree-bars", "aria-label": "What comes next, the likeliest first" });
  const all = h("button", { type: "button", class: "ll-tree-all", "aria-expanded": "false", onclick: () => { wide = !wide; show(chances, drawn); } });
  const el = h("div", { class: "ll-tree-next" }, h("div", { class: "ll-tree-title" }, "What comes next"), list, all);
  let wide = false, chances = [], drawn = null, rows = [];

  function row() {
    const letter = h("span", { class: "ll-tree-char" }), fill = h("span", { class: "ll-tree-fill" }), much = h("span", { class: "ll-tree-much" }), note = h("span", { class: "ll-tree-note" });
    return { letter, fill, much, note, el: h("li", {}, letter, h("span", { class: "ll-tree-track" }, fill, note), much) };
  }

  /** Show probabilities (V,); `mark` is the character that was drawn from them, or null. */
  function show(next, mark = null) {
    chances = next; drawn = mark;
    const order = chances.map((_, i) => i).sort((a, b) => chances[b] - chances[a]);
    const shown = order.slice(0, wide ? MANY : Math.min(FEW, chances.length));
    if (mark !== null && !shown.includes(mark)) shown.push(mark);
    const full = Math.max(0.5, chances[order[0]]);
    while (rows.length < shown.length) rows.push(row());
    rows.length = shown.length;
    if (list.children.length !== rows.length) list.replaceChildren(...rows.map((each) => each.el));
    shown.forEach((id, i) => {
      const { letter, fill, much, note, el } = rows[i];
      letter.textContent = id ? visible(engine.characters[id]) : "end";
      letter.classList.toggle("ll-tree-end", !id);
      note.textContent = id === mark ? "drawn" : "";
      fill.style.width = note.style.left = `${(62 * chances[id]) / full}%`;
      much.textContent = percent(chances[id]);
      el.classList.toggle("ll-tree-drawn", id === mark);
    });
    all.hidden = chances.length <= FEW;
    all.textContent = wide ? `The likeliest ${FEW}` : chances.length > MANY ? `The likeliest ${MANY} of ${thousands(chances.length)}` : `All ${chances.length}`;
    all.setAttribute("aria-expanded", String(wide));
    el.classList.toggle("ll-tree-many", wide);
  }

  return { el, show };
}

/** The likeliest characters in words. */
function likeliest(engine, chances, n = 3) {
  const order = chances.map((_, i) => i).sort((a, b) => chances[b] - chances[a]).slice(0, n);
  return order.map((i) => `${i ? `“${visible(engine.characters[i])}”` : "the end"} ${percent(chances[i])}`).join(", ");
}
