// The shape ribbon: one block a tensor. Width is T, height is C, depth is B, on the same scale in all blocks, so that
// a block that is half as wide and twice as high holds the same numbers.

const widget = () => ({ render });

const TALL = 104, DEEP = 12;
const NARROWEST = 80, WIDEST = 104; // of one block's column; what does not fit beside each other goes below

function render({ model, el }) {
  const stage = h("div", { class: "ll-ribbon-stage", tabindex: 0, role: "slider", "aria-label": "Tensor", "aria-valuemin": 1 });
  const detail = h("div", { class: "ll-ribbon-detail" });
  const total = h("p", { class: "ll-ribbon-total" });
  const root = h("div", { class: "ll ll-ribbon" }, key(), stage, detail, total);
  keepKeys(root);
  el.append(root);

  const blocks = () => model.get("blocks");
  const select = (i) => change(model, { selected: Math.max(0, Math.min(blocks().length - 1, i)) });
  const mark = () => {
    const i = model.get("selected"), block = blocks()[i];
    stage.querySelectorAll("g").forEach((g, k) => g.classList.toggle("ll-ribbon-on", k === i));
    detail.replaceChildren(...describe(block));
    stage.setAttribute("aria-valuemax", blocks().length);
    stage.setAttribute("aria-valuenow", i + 1);
    stage.setAttribute("aria-valuetext", `${block.layers.join(", ")}: ${block.shape}. ${block.said}`);
  };
  stage.addEventListener("keydown", (event) => {
    const last = blocks().length - 1, i = model.get("selected");
    const next = { ArrowLeft: i - 1, ArrowDown: i - 1, ArrowRight: i + 1, ArrowUp: i + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(next);
  });
  stage.addEventListener("click", (event) => {
    const g = event.target.closest("g");
    if (g) select([...stage.querySelectorAll("g")].indexOf(g));
  });
  const lay = () => { stage.replaceChildren(ribbon(blocks(), stage.clientWidth || 800)); mark(); };
  const undo = [
    follow(model, ["blocks"], () => {
      lay();
      total.textContent = `In all ${count(model.get("parameters"), "parameter")} and ${count(model.get("multiply_adds"), "multiply-add")} for one example.`;
    }),
    follow(model, ["selected"], mark),
    onWidth(stage, lay),
  ];
  return () => undo.forEach((f) => f());
}

/** What the three sides mean: letter, colour and pattern. */
function key() {
  const side = (letter, words) => h("span", { class: "ll-ribbon-side" }, h("span", { class: `ll-ribbon-chip ll-ribbon-chip-${letter}`, "aria-hidden": "true" }), h("span", {}, h("strong", {}, letter.toUpperCase()), ` ${words}`));
  return h("div", { class: "ll-bar" }, side("t", "time: positions, the width"), side("c", "channels, the height"), side("b", "batch: examples, the depth"));
}

function ribbon(blocks, width) {
  const widest = Math.max(...blocks.map((b) => b.sides.T ?? 1)), highest = Math.max(...blocks.map((b) => b.sides.C ?? 1));
  const unit = { t: 64 / widest, c: TALL / highest };
  const lines = Math.max(...blocks.map((b) => b.layers.flatMap(words).length));
  const abreast = Math.max(1, Math.min(blocks.length, Math.floor(width / NARROWEST)));
  const row = { wide: Math.min(WIDEST, width / abreast), tall: TALL + DEEP + 44 + lines * 15 };
  const rows = Math.ceil(blocks.length / abreast);
  const style = `width: ${abreast * row.wide}px; height: ${rows * row.tall}px`;
  const place = (i) => `translate(${(i % abreast) * row.wide} ${Math.floor(i / abreast) * row.tall})`;
  return s("svg", { style, "aria-hidden": "true" }, ...blocks.map((b, i) => column(b, place(i), row.wide, unit)));
}

function column(block, transform, room, unit) {
  const positions = block.sides.T ?? 1, wide = Math.max(4, positions * unit.t), tall = Math.max(4, (block.sides.C ?? 1) * unit.c);
  const x = (room - wide - DEEP) / 2, y = TALL + DEEP + 6, middle = room / 2;
  const rules = positions <= 64 ? Array.from({ length: positions - 1 }, (_, k) => `M${x + (k + 1) * (wide / positions)} ${y}v${-tall}`).join("") : "";
  const labels = block.layers.flatMap(words).map((words, k) => s("text", { x: middle, y: y + 37 + k * 15, "text-anchor": "middle", class: "ll-ribbon-name" }, words));
  return s("g", { transform },
    s("rect", { x: 2, y: 1, width: room - 4, height: y + 34 + labels.length * 15, rx: 4, class: "ll-ribbon-cell" }),
    s("path", { d: `M${x} ${y - tall}l${DEEP} ${-DEEP}h${wide}v${tall}l${-DEEP} ${DEEP}v${-tall}z`, class: "ll-ribbon-top" }),
    s("path", { d: `M${x + wide} ${y - tall}l${DEEP} ${-DEEP}`, class: "ll-ribbon-b" }),
    s("rect", { x, y: y - tall, width: wide, height: tall, class: "ll-ribbon-front" }),
    s("path", { d: rules, class: "ll-ribbon-rules" }),
    s("path", { d: `M${x} ${y}h${wide}`, class: "ll-ribbon-t" }),
    s("path", { d: `M${x} ${y}v${-tall}`, class: "ll-ribbon-c" }),
    s("text", { x: middle, y: y + 20, "text-anchor": "middle", class: "ll-ribbon-shape" }, block.shape),
    ...labels);
}

/** A layer's name in lines that fit a column. */
const words = (name) => (name.startsWith("FlattenConsecutive") ? ["Flatten-", "Consecutive", name.slice(18)] : [name]);

function describe(block) {
  const facts = [["parameters", block.parameters], ["multiply-adds", block.multiply_adds], [block.reach === 1 ? "character seen" : "characters seen", block.reach]];
  return [
    h("p", {}, h("strong", {}, `${block.layers.join(", ")} → ${block.shape}. `), block.said),
    h("p", { class: "ll-ribbon-facts" }, ...facts.map(([name, value]) => h("span", {}, h("strong", {}, thousands(value)), ` ${name}`))),
  ];
}
