// Tree and convolution: one row of values for each level, a column for each character, and what each step makes anew.

/** For each character read, the nodes of its window, as {level, end, fresh}; before the name stands what '.' became. */
function windowsOf(engine, length) {
  const there = new Set();
  return Array.from({ length }, (_, i) => engine.levels.flatMap(({ reach, placed }, level) => {
    const places = engine.context / reach;
    return Array.from({ length: level ? places : 0 }, (_, place) => {
      const end = Math.max(0, i - (places - 1 - place) * reach), key = `${level},${end}${placed ? `,${place}` : ""}`;
      const fresh = !there.has(key);
      there.add(key);
      return { level, end, place, fresh };
    });
  }));
}

function convolution(engine, state, example) {
  const scroll = h("div", { class: "ll-scroll", role: "group", "aria-label": "The text and the values above it" }), words = h("p", { class: "ll-tree-counted", role: "status" });
  const on = h("button", { type: "button", class: "ll-main", onclick: () => go(read + 1) }, "Move on by one character");
  const again = h("button", { type: "button", onclick: () => go(0) }, "Start again");
  const el = h("div", { class: "ll-tree-tool" },
    h("div", { class: "ll-tree-title" }, "The tree slides along the text"),
    scroll,
    h("p", { class: "ll-tree-key" }, mark("fresh"), " computed now ", mark("kept"), " used now, there already ", mark("idle"), " there already, not used now"),
    h("div", { class: "ll-bar" }, on, again), words);
  let text = [], read = 0, steps = [];

  function show() {
    const next = [...(state.text || example)];
    if (next.join("") !== text.join("")) {
      text = next;
      steps = windowsOf(engine, text.length + 1);
      read = Math.min(read, text.length);
      if (!text.length) read = 0;
    }
    go(read);
  }

  function go(to) {
    read = Math.max(0, Math.min(text.length, to));
    on.disabled = read === text.length;
    again.disabled = read === 0;
    draw();
    tell();
  }

  function tell() {
    const now = steps[read], fresh = now.filter((node) => node.fresh).length, all = steps.slice(0, read + 1).flat();
    const made = all.filter((node) => node.fresh).length;
    words.replaceChildren(
      h("strong", {}, `${fresh} new, ${now.length - fresh} there already.`),
      ` The window ends at “${read ? text[read - 1] : "."}” and holds ${count(now.length, "fusion")}. So far ${count(made, "fusion")} computed; window by window it would be ${thousands(all.length)}.`);
  }

  function draw() {
    const rows = engine.levels.length, gutter = 74, tall = 46, columns = text.length + 1;
    const column = Math.max(30, Math.min(64, ((scroll.clientWidth || 600) - gutter) / columns));
    const x = (i) => gutter + (i + 0.5) * column, y = (k) => 20 + (rows - 1 - k) * tall;
    const now = new Map(steps[read].map((node) => [`${node.level},${node.end}`, node]));
    const before = new Set(steps.slice(0, read).flat().map((node) => `${node.level},${node.end}`));
    const lines = [], dots = [];
    const reach = (k) => (k ? engine.levels[k - 1].reach : 1);
    for (const node of steps[read]) {
      for (let j = 0; j < engine.levels[node.level].n; j++) {
        const from = Math.max(0, node.end - j * reach(node.level));
        lines.push(`M${x(from)} ${y(node.level - 1) - (node.level > 1 ? 0 : 14)}L${x(node.end)} ${y(node.level)}`);
      }
    }
    for (let k = 1; k < rows; k++) {
      for (let i = 0; i < columns; i++) {
        const node = now.get(`${k},${i}`), look = node ? (node.fresh ? "fresh" : "kept") : before.has(`${k},${i}`) ? "idle" : "ahead";
        dots.push(dot(look, x(i), y(k)));
      }
    }
    const letters = [".", ...text].map((c, i) => s("text", { x: x(i), y: y(0) + 6, "text-anchor": "middle", class: i > read ? "ll-tree-ahead" : i === read ? "ll-tree-now" : "" }, visible(c)));
    const names = engine.levels.map((level, k) => s("text", { x: 0, y: y(k) + 4, class: "ll-tree-row" }, kindOf(level.reach, true)));
    const svg = s("svg", { width: gutter + columns * column, height: rows * tall, role: "img", "aria-label": picture() },
      s("path", { d: lines.join(""), class: "ll-tree-window" }), ...dots, ...letters, ...names);
    scroll.replaceChildren(svg);
    if (scroll.scrollWidth > scroll.clientWidth) scroll.tabIndex = 0; // so that it can be scrolled by keys
    else scroll.removeAttribute("tabindex");
    scroll.scrollLeft = x(read) - scroll.clientWidth + 2 * column;
  }

  const picture = () => `A grid: ${text.length + 1} characters wide, ${engine.levels.length - 1} levels high; the window that ends at character ${read + 1} is drawn in.`;

  return { el, show, draw };
}

/** A value of the grid; each state has a form of its own. */
function dot(look, x, y) {
  if (look === "ahead") return s("circle", { cx: x, cy: y, r: 3, class: "ll-tree-dot-ahead" });
  if (look === "idle") return s("circle", { cx: x, cy: y, r: 5, class: "ll-tree-dot-idle" });
  if (look === "kept") return s("circle", { cx: x, cy: y, r: 8, class: "ll-tree-dot-kept" });
  return s("g", { class: "ll-tree-dot-fresh" }, s("rect", { x: x - 9, y: y - 9, width: 18, height: 18, rx: 4 }), s("path", { d: `M${x - 4.5} ${y}h9M${x} ${y - 4.5}v9` }));
}

const mark = (look) => s("svg", { width: 20, height: 20, "aria-hidden": "true" }, dot(look, 10, 10));
