// The canopy: characters at the bottom, a row of nodes for each level above them, the top at the top.

const GAP = 24, LETTERS = 24, RIBBON = 6;
const MANY_NODES = 130; // more of them than a frame can animate
const STAGGER = 70, FADE = 190; // milliseconds from one level to the next, and for the colours to settle
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What a node over so many characters is called. */
function kindOf(reach, plural = false) {
  const name = { 1: "character", 2: "pair", 3: "three", 4: "four", 6: "six", 8: "eight", 16: "sixteen" }[reach] ?? `group of ${reach}`;
  return plural ? (name.startsWith("group") ? `groups of ${reach}` : name.endsWith("x") ? `${name}es` : `${name}s`) : name;
}

/** Characters as they are shown: dots before a name are middle dots. */
const lettersOf = (engine, seen) => seen.map((id) => (id ? visible(engine.characters[id]) : "·")).join("");
const quoted = (engine, seen) => `“${seen.map((id) => visible(engine.characters[id])).join("")}”`;

function canopy(engine, state, choose, read) {
  const reaches = engine.levels.map((level) => level.reach);
  const edges = reaches.slice(1).map((_, k) => s("path", { class: `ll-tree-edges ll-tree-level-${k % 6}` }));
  const lit = s("path", { class: "ll-tree-lit" });
  const svg = s("svg", { "aria-hidden": "true" }, ...edges, lit);
  const nodes = reaches.map((reach, k) =>
    Array.from({ length: engine.context / reach }, (_, place) => nodeButton(k, place)));
  const labels = reaches.map((reach, k) => h("div", { class: "ll-tree-label" }, h("span", {}, ""), h("small", {}, "")));
  const inside = h("div", { class: "ll-tree-stage", role: "group", "aria-label": "The tree: arrow keys go from node to node, Enter opens one" }, svg, ...labels, ...nodes.flat().map((node) => node.el));
  const el = h("div", { class: "ll-tree-scroll" }, inside);
  const effects = nodes[0].map(() => h("div", { class: "ll-tree-effect" }, h("span", {}), h("small", {})));
  const scales = engine.levels.map(scaleOf);
  let look = null, focus = [reaches.length - 1, 0], frame = 0, palette = "light";

  function nodeButton(k, place) {
    const letters = h("span", { class: "ll-tree-letters" }), canvas = h("canvas", { "aria-hidden": "true" });
    const el = h("button", { type: "button", class: "ll-tree-node", tabindex: -1, "aria-pressed": "false", onclick: () => { move([k, place]); choose([k, place]); } }, letters, canvas);
    el.addEventListener("keydown", (event) => step(event, k, place));
    canvas.addEventListener("pointermove", (event) => { if (k < state.open) point(event, nodes[k][place]); });
    canvas.addEventListener("pointerleave", () => read(""));
    return { el, letters, canvas, k, place, shape: { rows: 1, columns: 1 }, from: null, now: null, to: null };
  }

  /** Say which number of an open strip is pointed at. */
  function point(event, { k, place, canvas, shape }) {
    const box = canvas.getBoundingClientRect(), { seen, out } = look.levels[k][place];
    const column = Math.floor(((event.clientX - box.left) / box.width) * shape.columns), row = Math.floor(((event.clientY - box.top) / box.height) * shape.rows);
    const i = row * shape.columns + column;
    if (i >= 0 && i < out.length) read(`${quoted(engine, seen)}, number ${i + 1}: ${said(out[i])}`);
  }

  function step(event, k, place) {
    const n = engine.levels[k].n, up = engine.levels[k + 1]?.n;
    const to = {
      ArrowLeft: [k, place - 1], ArrowRight: [k, place + 1], Home: [k, 0], End: [k, nodes[k].length - 1],
      ArrowUp: [k + 1, Math.floor(place / (up ?? 1))], ArrowDown: [k - 1, (place + 1) * n - 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    if (!nodes[to[0]]?.[to[1]]) return;
    move(to);
    nodes[to[0]][to[1]].el.focus();
    if (state.chosen) choose(to, true);
  }

  function move(to) {
    nodes[focus[0]][focus[1]].el.tabIndex = -1;
    focus = to;
    nodes[focus[0]][focus[1]].el.tabIndex = 0;
  }

  /** Where everything stands, for the width there is and the levels that are open. */
  function lay() {
    const gutter = el.clientWidth < 520 ? 66 : 84, least = 26;
    const width = Math.max(el.clientWidth - gutter - 2, least * engine.context), column = width / engine.context;
    palette = ground(el);
    let y = 2;
    const tops = [];
    for (let k = reaches.length - 1; k >= 0; k--) {
      const open = k < state.open, span = column * reaches[k], wide = Math.min(span - 6, 340), size = engine.levels[k].size;
      const shape = open ? fold(size, wide - 8, 4) : { rows: 1, columns: size };
      const strip = open ? shape.rows * (shape.rows > 3 ? 6 : 8) : RIBBON;
      tops[k] = y;
      for (const node of nodes[k]) {
        const x = gutter + (node.place + 0.5) * span;
        Object.assign(node, { shape, x, top: y, bottom: y + LETTERS + strip + 6 });
        Object.assign(node.el.style, { left: `${x - wide / 2}px`, top: `${y}px`, width: `${wide}px`, height: `${LETTERS + strip + 6}px` });
        node.canvas.style.height = `${strip}px`;
        if (node.now) paint(node.canvas, node.now, scales[k], shape, palette);
      }
      labels[k].style.top = `${y + 2}px`;
      labels[k].firstChild.textContent = kindOf(reaches[k], engine.context > reaches[k]);
      labels[k].lastChild.textContent = open ? (nodes[k].length > 1 ? `${size} each` : `${size}${gutter > 70 ? " numbers" : ""}`) : "";
      y += LETTERS + strip + 6 + GAP;
    }
    effects.forEach((effect, i) => Object.assign(effect.style, { left: `${nodes[0][i].x - column / 2}px`, width: `${column}px`, top: `${y - GAP + 4}px` }));
    const tall = y - GAP + (effects[0].isConnected ? 54 : 2);
    Object.assign(inside.style, { width: `${gutter + width}px`, height: `${tall}px` });
    svg.setAttribute("width", gutter + width);
    svg.setAttribute("height", tall);
    edges.forEach((path, i) => path.setAttribute("d", nodes[i + 1].map((node) => branches(node)).join("")));
    light();
    el.scrollLeft = el.scrollWidth;
  }

  const children = ({ k, place }) => (k ? nodes[k - 1].slice(place * engine.levels[k].n, (place + 1) * engine.levels[k].n) : []);

  const branches = (node) => children(node).map((child) => {
    const half = (child.top + node.bottom) / 2;
    return `M${child.x} ${child.top}C${child.x} ${half} ${node.x} ${half} ${node.x} ${node.bottom}`;
  }).join("");

  /** The chosen node and all that flows into it. */
  function light() {
    const under = new Set(), down = (node) => { under.add(node); children(node).forEach(down); };
    const chosen = state.chosen && nodes[state.chosen[0]]?.[state.chosen[1]];
    if (chosen) down(chosen);
    lit.setAttribute("d", [...under].map(branches).join(""));
    for (const node of nodes.flat()) {
      node.el.setAttribute("aria-pressed", String(node === chosen));
      node.el.classList.toggle("ll-tree-under", under.has(node));
    }
  }

  /** Show a look of the engine; what changed settles level by level. */
  function show(next, animate = true) {
    const changed = [];
    for (const node of nodes.flat()) {
      const found = next.levels[node.k][node.place], before = look?.levels[node.k][node.place];
      if (before === found) continue;
      const letters = lettersOf(engine, found.seen), empty = found.seen.every((id) => !id);
      node.letters.textContent = letters;
      node.el.classList.toggle("ll-tree-empty", empty);
      node.el.setAttribute("aria-label", `${kindOf(reaches[node.k])} ${empty ? "of dots" : quoted(engine, found.seen)}, level ${node.k}, ${node.place + 1} of ${nodes[node.k].length}`);
      node.from = node.now ?? found.out;
      node.to = found.out;
      changed.push(node);
    }
    const first = !look;
    look = next;
    light();
    settle(changed, animate && !first && !still() && nodes.flat().length < MANY_NODES);
  }

  function settle(changed, animate) {
    cancelAnimationFrame(frame);
    const moving = new Set([...nodes.flat().filter((node) => node.to !== node.now), ...changed]);
    if (!animate) {
      for (const node of moving) at(node, 1);
      return;
    }
    for (const node of changed) {
      node.el.getAnimations().forEach((animation) => animation.cancel());
      node.el.animate([{ borderColor: "var(--ll-accent)", boxShadow: "0 0 0 1px var(--ll-accent)" }, {}], { duration: 300, delay: node.k * STAGGER, easing: "ease-out", fill: "none" });
    }
    const begin = performance.now();
    const tick = (time) => {
      let left = false;
      for (const node of moving) {
        const share = Math.min(1, Math.max(0, (time - begin - node.k * STAGGER) / FADE));
        if (share > 0) at(node, share);
        left ||= share < 1;
      }
      if (left) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  function at(node, share) {
    node.now = share < 1 ? node.to.map((v, i) => node.from[i] + share * (v - node.from[i])) : node.to;
    paint(node.canvas, node.now, scales[node.k], node.shape, palette);
  }

  /** Small bars under the characters, up for above 0; null is left empty. */
  function under(values, words) {
    if (!effects[0].isConnected) { inside.append(...effects); lay(); }
    const most = largest(values.map((v) => v ?? 0));
    effects.forEach((effect, i) => {
      const v = values[i] ?? 0, [bar, small] = effect.children;
      Object.assign(bar.style, { height: `${Math.max(1, (14 * Math.abs(v)) / most)}px`, marginTop: `${v < 0 ? 16 : 16 - (14 * v) / most}px`, visibility: values[i] === null ? "hidden" : "visible" });
      bar.className = v < 0 ? "ll-tree-down" : "";
      small.textContent = values[i] === null ? "" : words(v);
    });
  }

  move(focus);
  return { el, show, lay, light, under, scales, look: () => look, node: ([k, place]) => nodes[k][place] };
}

/** The size that a level's colours reach at their strongest: 1 after tanh, else what its numbers need. */
function scaleOf(level) {
  const last = level.steps.at(-1);
  if (["tanh", "sigmoid"].includes(last.op)) return 1;
  return last.op === "embedding" ? Math.ceil(10 * largest(last.weight.numbers)) / 10 : 3;
}
