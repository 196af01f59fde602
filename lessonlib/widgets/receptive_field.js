// The receptive-field explorer. A graph is {columns, rows}: row 0 holds the characters, row l the nodes of level l;
// a row knows how many nodes it has, where node i stands, and which nodes of the row below it is made from.

const widget = () => ({ render });

const MARKS = ["circle", "square", "up", "diamond", "down", "plus"]; // style.LEVELS, in SVG

function render({ model, el }) {
  const stage = h("div", {
    class: "ll-rf-stage", tabindex: 0, role: "slider", "aria-label": "Node of the tree", "aria-orientation": "vertical",
    "aria-valuemin": 0,
  });
  const sentence = h("p", { class: "ll-rf-sentence" });
  const wall = h("p", { class: "ll-rf-wall", role: "status" });
  const table = h("div", { class: "ll-scroll ll-rf-costs", tabindex: 0, role: "group", "aria-label": "What it costs" });
  const root = h("div", { class: "ll ll-rf" }, controls(model), stage, sentence, wall, table);
  keepKeys(root);
  el.append(root);

  const view = { graph: null, picture: null, hover: null };
  const show = (node) => {
    const found = sees(view.graph, node);
    view.picture?.light(node, found);
    sentence.replaceChildren(...describe(view.graph, node, found));
    stage.classList.toggle("ll-rf-hover", view.hover !== null);
  };
  const chosen = () => clampNode(view.graph, model.get("selected"));
  const select = (node) => { view.hover = null; change(model, { selected: node }); };
  const onselect = () => {
    view.hover = null;
    show(chosen());
    announce(stage, view.graph, chosen());
  };
  const redraw = () => {
    view.graph = graphOf(model);
    wall.replaceChildren(wallSentence(view.graph, model.get("needed")));
    const costs = model.get("costs");
    table.hidden = !costs.rows || (view.graph.kind === "measured" && view.graph.columns !== 2 ** view.graph.levels);
    table.replaceChildren(...(costs.rows ? [costTable(costs, view.graph.levels)] : []));
    if (!stage.clientWidth) return;
    view.picture = draw(stage, view.graph, model.get("needed"));
    onselect();
  };

  stage.addEventListener("pointermove", (event) => {
    const node = view.picture?.nodeAt(event);
    if (!node || (view.hover && node[0] === view.hover[0] && node[1] === view.hover[1])) return;
    show((view.hover = node));
  });
  stage.addEventListener("pointerleave", () => { view.hover = null; show(chosen()); });
  stage.addEventListener("click", (event) => select(view.picture.nodeAt(event)));
  stage.addEventListener("keydown", (event) => {
    const next = step(view.graph, chosen(), event.key);
    if (!next) return;
    event.preventDefault();
    select(next);
  });

  const undo = [
    follow(model, ["text", "levels", "kind", "needed", "computed", "measured"], redraw),
    follow(model, ["selected"], () => view.picture && onselect()),
    onWidth(stage, redraw),
  ];
  return () => undo.forEach((f) => f());
}

// The controls

function controls(model) {
  const text = h("input", { type: "text", size: 12, maxlength: 1024, spellcheck: "false", autocomplete: "off" });
  const levels = h("input", { type: "range", min: 1, max: 10 });
  const level = h("output");
  const needed = h("input", { type: "number", min: 0, max: 1024, class: "ll-rf-number", placeholder: "none" });
  const computed = h("input", { type: "checkbox" });
  const kind = radios("Shape", { tree: "tree", conv: "convolution" }, model.get("kind"), (value) =>
    change(model, { kind: value, selected: [] }));
  const why = h("span", { class: "ll-rf-why", id: `ll-rf-why-${Math.random().toString(36).slice(2)}` },
    model.get("live")
      ? "Levels and shape are your model’s own, so they are fixed. Untick to set them yourself."
      : "Levels, shape and text are those that the author’s model was measured with. Untick to set them yourself.");
  [levels, kind].forEach((control) => control.setAttribute("aria-describedby", why.id));
  const measured = model.get("has_model") && h("label", { class: "ll-option" }, computed, h("span", {}, `computed from ${model.get("live") ? "your" : "the author’s"} model`));

  text.addEventListener("input", () => change(model, { text: text.value, selected: [] }));
  levels.addEventListener("input", () => change(model, { levels: +levels.value, selected: [] }));
  needed.addEventListener("input", () => change(model, { needed: Math.max(0, Math.min(1024, Math.round(+needed.value))), selected: [] }));
  computed.addEventListener("change", () => change(model, { computed: computed.checked, selected: [] }));
  follow(model, ["text", "levels", "needed", "computed", "kind"], () => {
    const fixed = model.get("computed");
    if (text.value !== model.get("text")) text.value = model.get("text");
    levels.value = level.value = model.get("levels");
    if (+needed.value !== model.get("needed")) needed.value = model.get("needed") || "";
    computed.checked = fixed;
    levels.disabled = kind.disabled = fixed; // a trained model has the levels that it has
    why.hidden = !fixed;
    text.disabled = fixed && !model.get("live"); // measuring another text takes Python
    kind.querySelectorAll("input").forEach((radio) => { radio.checked = radio.value === model.get("kind"); });
  });
  return h("div", { class: "ll-bar" },
    field("Text", text), field("Levels", levels, level), kind,
    h("label", { class: "ll-field" }, h("span", {}, "Needs the character"), needed, h("span", {}, "back")), measured, why);
}

// The graph

function graphOf(model) {
  const measured = model.get("measured");
  if (model.get("computed") && measured.rows) return measuredGraph(measured);
  return drawnGraph(model.get("text"), model.get("levels"), model.get("kind"), model.get("needed"));
}

function drawnGraph(text, levels, kind, needed) {
  const reach = 2 ** levels;
  const columns = Math.max(reach, needed, Math.min([...text].length, 1024));
  const characters = [...text].slice(-columns);
  characters.unshift(...Array(columns - characters.length).fill("."));
  const rows = [{ nodes: columns, x: (i) => i + 0.5 }];
  const start = kind === "tree" ? columns - reach : 0; // the tree reads the last characters of what is shown
  for (let level = 1; level <= levels; level++) {
    rows.push(kind === "tree" ? treeRow(level, levels, start) : convRow(level, columns));
  }
  return { kind, levels, columns, characters, rows, start };
}

function treeRow(level, levels, start) {
  const offset = level === 1 ? start : 0;
  return {
    nodes: 2 ** (levels - level),
    x: (i) => start + (i + 0.5) * 2 ** level,
    below: (i) => [offset + 2 * i, offset + 2 * i + 1],
    label: [`level ${level}`],
  };
}

function convRow(level, columns) {
  const dilation = 2 ** (level - 1);
  return {
    nodes: columns,
    x: (i) => i + 0.5,
    below: (i) => (i >= dilation ? [i - dilation, i] : [i]),
    label: [`level ${level}`, `dilation ${dilation}`],
  };
}

/** The same picture from `measured.rows`: [{below: [[…] for each node], inputs: [[first, bytes…] for each node]}]. */
function measuredGraph({ characters, rows: found }) {
  const rows = [{ nodes: characters.length, x: (i) => i + 0.5 }];
  found.forEach(({ below, inputs }, k) => {
    const places = inputs.map(([first, ...sizes]) => first + sizes.length / 2);
    rows.push({ nodes: below.length, x: (i) => places[i], below: (i) => below[i], label: [`level ${k + 1}`], inputs });
  });
  return { kind: "measured", levels: found.length, columns: characters.length, characters, rows, start: 0 };
}

/** For each row, the nodes that `node` is made from, itself included, from left to right. */
function sees(graph, [level, index]) {
  const found = graph.rows.map(() => []);
  found[level] = [index];
  for (let row = level; row > 0; row--) {
    const met = new Uint8Array(graph.rows[row - 1].nodes), below = found[row - 1];
    for (const i of found[row]) {
      for (const j of graph.rows[row].below(i)) if (!met[j]) { met[j] = 1; below.push(j); }
    }
    below.sort((a, b) => a - b);
  }
  return found;
}

function clampNode(graph, node) {
  const level = Math.min(node[0] ?? graph.levels, graph.levels);
  const last = graph.rows[level].nodes - 1;
  return [level, Math.min(node[1] ?? last, last)];
}

/** The node that a key leads to; up and down stay as near above or below as there is a node. */
function step(graph, [level, index], key) {
  const last = graph.rows[level].nodes - 1;
  if (key === "ArrowLeft") return [level, Math.max(0, index - 1)];
  if (key === "ArrowRight") return [level, Math.min(last, index + 1)];
  if (key === "Home") return [level, 0];
  if (key === "End") return [level, last];
  if (key === "ArrowUp" && level < graph.levels) return nearest(graph, level + 1, graph.rows[level].x(index));
  if (key === "ArrowDown" && level > 0) return nearest(graph, level - 1, graph.rows[level].x(index) - 0.01);
  return key === "ArrowUp" || key === "ArrowDown" ? [level, index] : null;
}

function nearest(graph, level, x) {
  const row = graph.rows[level];
  let low = 0, high = row.nodes - 1; // places grow with the index
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (row.x(middle) <= x) low = middle;
    else high = middle;
  }
  return [level, Math.abs(row.x(high) - x) < Math.abs(row.x(low) - x) ? high : low];
}

// The words

function describe(graph, [level, index], rows) {
  const letters = short(rows[0].map((i) => graph.characters[i]).join(""));
  if (level === 0) return [h("strong", {}, `The character “${letters}”`), `, ${back(graph, index)}. Every picture starts from these.`];
  const place = graph.kind === "conv" ? `Level ${level} at character ${index + 1}` : `Level ${level}, node ${index + 1} of ${graph.rows[level].nodes}`;
  const first = h("strong", {}, `${place} sees ${count(rows[0].length, "character")}: “${letters}”.`);
  return [first, " ", ...about(graph, level, rows)];
}

function about(graph, level, rows) {
  const fusions = rows.slice(1).reduce((sum, row) => sum + row.length, 0);
  if (graph.kind === "measured") return ["Measured: these are the characters at which the gradient is not 0; a bar shows how large it is."];
  if (graph.kind === "tree") {
    const shared = graph.rows[level].nodes;
    return [`${count(fusions, "fusion")} in all. `, weights(level), shared === 1 ? " is used once." : ` is used ${thousands(shared)} times: the nodes of a level share their weights.`];
  }
  const kept = fusions - level;
  if (!kept) return [`${count(fusions, "fusion")}. `, weights(level), " slides along the whole row."];
  return [`${count(fusions, "fusion")}: ${level} new here (filled), and ${thousands(kept)} shared with neighbours to the left (rings), made once and used again.`];
}

const weights = (level) => h("span", { class: "ll-rf-w" }, "W", h("sub", {}, level));
const short = (text) => (text.length > 24 ? `${text.slice(0, 10)}…${text.slice(-10)}` : text);
const back = (graph, index) => `${count(graph.columns - index, "place")} back`;

function announce(stage, graph, [level, index]) {
  let before = index;
  for (let row = 0; row < level; row++) before += graph.rows[row].nodes;
  stage.setAttribute("aria-valuemax", graph.rows.reduce((sum, row) => sum + row.nodes, 0) - 1);
  stage.setAttribute("aria-valuenow", before);
  stage.setAttribute("aria-valuetext", describe(graph, [level, index], sees(graph, [level, index])).map((part) => part.textContent ?? part).join(""));
}

function wallSentence(graph, needed) {
  if (!needed) return "";
  const top = sees(graph, clampNode(graph, []))[0];
  const reach = graph.columns - top[0];
  if (reach >= needed) return h("span", {}, h("strong", {}, "In reach."), ` The character ${needed} back is needed, and ${count(graph.levels, "level")} see ${reach}.`);
  return h("span", {}, h("strong", {}, "Behind the wall."), ` The character ${needed} back is needed, but ${count(graph.levels, "level")} see only ${reach}. ` +
    "If any of 26 letters may be there, no training gets the loss below ln 26 = 3.258.");
}

function costTable({ embedding, hidden, rows }, levels) {
  const line = (cost) => h("tr", {}, h("th", { scope: "row" }, cost.model), ...[cost.width, cost.levels, cost.parameters, cost.multiply_adds].map((n) => h("td", {}, thousands(n))));
  return h("table", {},
    h("caption", {}, `What ${thousands(2 ** levels)} characters of context cost, with ${embedding} numbers a character and ${hidden} hidden units. Width: the numbers that go into one unit of the first level.`),
    h("thead", {}, h("tr", {}, ...["model", "width", "levels", "parameters", "multiply-adds a character"].map((words) => h("th", { scope: "col" }, words)))),
    h("tbody", {}, ...rows[levels - 1].map(line)));
}

// The picture: a still layer, and above it a layer with what the pointed-at node sees. One path a level in each, so
// that 1,024 inputs are a few dozen elements and a hover repaints within a frame.

function draw(stage, graph, needed) {
  const place = layout(stage.clientWidth, graph);
  const style = `width: ${place.width}px; height: ${place.height}px`;
  const still = s("svg", { class: "ll-rf-still", style, "aria-hidden": "true" });
  const lit = s("svg", { class: "ll-rf-lit", style, "aria-hidden": "true" });
  still.append(...edges(graph, place), ...nodes(graph, place), ...gutters(graph, place), ...inputs(graph, place), ...wallLine(graph, place, needed));
  const levels = graph.rows.map((row, level) => level && {
    edges: s("path", { class: `ll-rf-lit-edge ${levelClass(level)}` }),
    made: s("path", { class: `ll-rf-ring ${levelClass(level)}` }),
    fresh: s("path", { class: `ll-rf-fresh ${levelClass(level)}` }),
  });
  const seen = s("path", { class: "ll-rf-seen" });
  const bars = s("path", { class: "ll-rf-gradient" });
  const halo = s("circle", { class: "ll-rf-halo" });
  const letters = place.tiles ? graph.characters.map((c, i) => s("text", { x: place.x(i + 0.5), y: place.bottom + 20, "text-anchor": "middle" }, c)) : [];
  const shown = levels.slice(1);
  lit.append(seen, bars, ...shown.map((l) => l.edges), ...shown.flatMap((l) => [l.made, l.fresh]), halo, ...letters);
  stage.replaceChildren(still, lit);
  stage.style.height = `${place.height}px`;

  const strand = kept((row, i) => strands(graph, place, row, i));
  const sign = kept((row, i) => mark(graph, place, row, i, 1.2));
  const light = (node, found) => {
    for (let row = 1; row <= graph.levels; row++) {
      const { edges: lines, made, fresh } = levels[row];
      lines.setAttribute("d", found[row].map((i) => strand(row, i)).join(""));
      lines.style.strokeWidth = `${Math.min(3, Math.max(0.4, (place.inner * 0.15) / Math.max(1, found[row].length)))}px`;
      const isNew = (i) => graph.kind !== "conv" || i === node[1];
      const shown = place.radius(row) < 1.5 ? [] : found[row]; // smaller marks would drown in their own edges
      fresh.setAttribute("d", shown.filter(isNew).map((i) => sign(row, i)).join(""));
      made.setAttribute("d", shown.filter((i) => !isNew(i)).map((i) => sign(row, i)).join(""));
    }
    seen.setAttribute("d", (place.tiles ? found[0].map((i) => [i, i]) : runs(found[0])).map(([a, b]) => tile(place, a, b)).join(""));
    bars.setAttribute("d", gradientBars(graph, place, node));
    letters.forEach((letter) => letter.removeAttribute("class"));
    if (letters.length) found[0].forEach((i) => letters[i].setAttribute("class", "ll-rf-letter-seen"));
    const [x, y] = [place.x(graph.rows[node[0]].x(node[1])), node[0] ? place.y(node[0]) : place.bottom + 15];
    for (const [name, value] of [["cx", x], ["cy", y], ["r", node[0] ? place.radius(node[0]) * 1.25 + 5 : 17]]) halo.setAttribute(name, value);
  };
  const nodeAt = (event) => {
    const box = stage.getBoundingClientRect();
    const level = Math.round((place.bottom - (event.clientY - box.top)) / place.gap);
    const row = Math.max(0, Math.min(graph.levels, level));
    return nearest(graph, row, ((event.clientX - box.left - place.left) / place.inner) * graph.columns);
  };
  return { light, nodeAt };
}

/** The same function, each answer worked out once. */
function kept(f) {
  const known = [];
  return (row, i) => ((known[row] ??= [])[i] ??= f(row, i));
}

function layout(width, graph) {
  const narrow = width < 560;
  const [left, right] = narrow ? [62, 58] : [78, 86];
  const inner = width - left - right;
  const column = inner / graph.columns;
  const tiles = column >= 13;
  const gap = graph.levels <= 4 ? 56 : graph.levels <= 7 ? 46 : 38;
  const bars = graph.kind === "measured" ? 34 : 0;
  const top = 24, bottom = top + graph.levels * gap;
  const spread = (level) => (graph.kind === "tree" ? column * 2 ** level : (inner / graph.rows[level].nodes) || column);
  return {
    width, narrow, left, right, inner, column, tiles, gap, top, bottom, bars,
    height: bottom + 30 + bars + (tiles && column >= 20 ? 22 : 8),
    x: (at) => left + at * column,
    y: (level) => bottom - level * gap,
    radius: (level) => Math.min(8, Math.max(0.8, spread(level) * 0.28)),
  };
}

const levelClass = (level) => `ll-rf-level-${(level - 1) % 6}`;

function strands(graph, place, row, i) {
  const x = place.x(graph.rows[row].x(i)), y = place.y(row);
  const floor = row === 1 ? place.bottom : place.y(row - 1);
  return graph.rows[row].below(i).map((j) => `M${x.toFixed(1)} ${y}L${place.x(graph.rows[row - 1].x(j)).toFixed(1)} ${floor}`).join("");
}

function edges(graph, place) {
  return graph.rows.slice(1).map((row, k) => {
    const d = Array.from({ length: row.nodes }, (_, i) => strands(graph, place, k + 1, i)).join("");
    const faint = Math.max(graph.kind === "conv" ? 0.07 : 0.16, Math.min(0.5, place.column / 24));
    return s("path", { d, class: `ll-rf-edge ${levelClass(k + 1)}`, opacity: faint });
  });
}

function nodes(graph, place) {
  return graph.rows.slice(1).map((row, k) => {
    const d = Array.from({ length: row.nodes }, (_, i) => mark(graph, place, k + 1, i, 1)).join("");
    return s("path", { d, class: `ll-rf-node ${levelClass(k + 1)}` });
  });
}

/** The outline of a level's mark around node i. Dots too small to tell shapes apart are all round. */
function mark(graph, place, level, i, scale) {
  const x = place.x(graph.rows[level].x(i)).toFixed(1), y = place.y(level), r = place.radius(level) * scale;
  const shape = r < 2 ? "circle" : MARKS[(level - 1) % 6];
  if (shape === "square") return `M${x} ${y}m${-r * 0.9} ${-r * 0.9}h${r * 1.8}v${r * 1.8}h${-r * 1.8}z`;
  if (shape === "up") return `M${x} ${y}m0 ${-r * 1.15}l${r * 1.1} ${r * 2}h${-r * 2.2}z`;
  if (shape === "down") return `M${x} ${y}m0 ${r * 1.15}l${r * 1.1} ${-r * 2}h${-r * 2.2}z`;
  if (shape === "diamond") return `M${x} ${y}m0 ${-r * 1.25}l${r * 1.25} ${r * 1.25}l${-r * 1.25} ${r * 1.25}l${-r * 1.25} ${-r * 1.25}z`;
  if (shape === "plus") { const a = r * 0.4, b = r * 0.75; return `M${x} ${y}m${-a} ${-a - b}h${2 * a}v${b}h${b}v${2 * a}h${-b}v${b}h${-2 * a}v${-b}h${-b}v${-2 * a}h${b}z`; }
  return `M${x} ${y}m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

function gutters(graph, place) {
  return graph.rows.slice(1).flatMap((row, k) => {
    const level = k + 1, y = place.y(level);
    const top = sees(graph, [level, row.nodes - 1])[0].length;
    const left = s("text", { x: 0, y: y + 4 - (row.label[1] ? 7 : 0), class: "ll-rf-label" }, row.label[0]);
    const under = row.label[1] && s("text", { x: 0, y: y + 10, class: "ll-rf-small" }, row.label[1]);
    const below = [...String(level)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
    const used = s("text", { x: place.width - place.right + 14, y: y - 3, class: "ll-rf-label" }, `W${below} × ${thousands(row.nodes)}`);
    const sees_ = s("text", { x: place.width - place.right + 14, y: y + 13, class: "ll-rf-small" }, `sees ${thousands(top)}`);
    return [left, under, used, sees_].filter(Boolean);
  });
}

const tile = (place, a, b) => `M${(place.x(a) + (place.tiles ? 1 : 0)).toFixed(1)} ${place.bottom}H${(place.x(b + 1) - (place.tiles ? 1 : 0)).toFixed(1)}v30H${(place.x(a) + (place.tiles ? 1 : 0)).toFixed(1)}z`;

/** [3, 4, 5, 9] as runs [[3, 5], [9, 9]]. */
function runs(sorted) {
  const found = [];
  for (const i of sorted) {
    const last = found.at(-1);
    if (last && last[1] === i - 1) last[1] = i;
    else found.push([i, i]);
  }
  return found;
}

function inputs(graph, place) {
  const all = s("path", { d: Array.from({ length: graph.columns }, (_, i) => tile(place, i, i)).join(""), class: place.tiles ? "ll-rf-tile" : "ll-rf-ticks" });
  const label = s("text", { x: 0, y: place.bottom + 20, class: "ll-rf-label" }, "context");
  const gradient = place.bars > 0 && s("text", { x: 0, y: place.bottom + 48, class: "ll-rf-small" }, "gradient");
  if (!place.tiles || place.column < 20) return [all, label, gradient].filter(Boolean);
  const y = place.bottom + place.bars + 45;
  const numbers = graph.characters.map((_, i) => s("text", { x: place.x(i + 0.5), y, class: "ll-rf-small", "text-anchor": "middle" }, graph.columns - i));
  return [all, label, ...(gradient ? [gradient] : []), ...numbers, s("text", { x: place.width - place.right + 14, y, class: "ll-rf-small" }, place.narrow ? "back" : "places back")];
}

function gradientBars(graph, place, [level, index]) {
  if (graph.kind !== "measured" || level === 0) return "";
  const [first, ...sizes] = graph.rows[level].inputs[index];
  return sizes.map((size, k) => {
    const tall = (size / 255) * (place.bars - 6), pad = place.tiles ? 4 : 0;
    return size ? `M${(place.x(first + k) + pad).toFixed(1)} ${place.bottom + 33}h${Math.max(0.5, place.column - 2 * pad).toFixed(1)}v${tall.toFixed(1)}h${-Math.max(0.5, place.column - 2 * pad).toFixed(1)}z` : "";
  }).join("");
}

function wallLine(graph, place, needed) {
  const found = [];
  if (graph.start > 0) {
    const x = place.x(graph.start);
    found.push(s("line", { x1: x, x2: x, y1: 4, y2: place.bottom + 34, class: "ll-rf-wall-line" }));
    found.push(s("text", { x: x - 6, y: 14, "text-anchor": "end", class: "ll-rf-label" }, "not seen"));
  }
  if (needed && needed <= graph.columns) {
    const x = place.x(graph.columns - needed + 0.5), y = place.bottom - 4;
    found.push(s("path", { d: `M${x} ${y}l-7 -10h14z`, class: "ll-rf-flag" }));
    found.push(s("text", { x, y: y - 15, "text-anchor": "middle", class: "ll-rf-label" }, "needed"));
  }
  return found;
}
