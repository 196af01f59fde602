// A strip: a vector as a row of coloured numbers, orange below 0 and blue above, folded into lines where it is long.

const PALETTES = {
  light: { low: [204, 98, 28], zero: [245, 244, 241], high: [24, 104, 174] },
  dark: { low: [240, 160, 84], zero: [44, 47, 52], high: [104, 178, 240] },
};

/** "light" or "dark", from the ground that the element stands on: every page has its own way to say so. */
function ground(element) {
  for (let e = element; e; e = e.parentElement) {
    const [r, g, b, a = 1] = (getComputedStyle(e).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (a > 0.5 && r !== undefined) return 0.3 * r + 0.6 * g + 0.1 * b < 128 ? "dark" : "light";
  }
  return "light";
}

/** The colour of a number from -1 to 1, as [r, g, b]. */
function tint(value, palette) {
  const { low, zero, high } = PALETTES[palette], v = Math.max(-1, Math.min(1, value)) || 0;
  const end = v < 0 ? low : high, share = Math.abs(v) ** 0.8;
  return zero.map((c, i) => Math.round(c + share * (end[i] - c)));
}

const cssTint = (value, palette) => `rgb(${tint(value, palette).join(" ")})`;

/** Columns and rows for n numbers in a width, with cells at least `cell` wide. */
function fold(n, width, cell) {
  const rows = Math.ceil(n / Math.max(1, Math.min(n, Math.floor(width / cell))));
  return { rows, columns: Math.ceil(n / rows) };
}

/** Paint numbers into a canvas, one pixel each; CSS makes the pixels large. */
function paint(canvas, values, scale, { rows, columns }, palette) {
  if (canvas.width !== columns || canvas.height !== rows) { canvas.width = columns; canvas.height = rows; }
  const pen = canvas.getContext("2d"), image = pen.createImageData(columns, rows), data = image.data;
  for (let i = 0; i < values.length; i++) {
    const [r, g, b] = tint(values[i] / scale, palette);
    data[4 * i] = r; data[4 * i + 1] = g; data[4 * i + 2] = b; data[4 * i + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}

/** A number with a real minus, three digits. */
const said = (v) => (Math.abs(v) < 0.0005 ? "0" : Math.abs(v) >= 1000 || Math.abs(v) < 0.01 ? v.toExponential(1) : v.toFixed(Math.abs(v) < 10 ? 2 : 1)).replace("-", "−");

const percent = (p) => (p >= 0.9995 ? "100 %" : p >= 0.0995 ? `${(100 * p).toFixed(0)} %` : p >= 0.001 ? `${(100 * p).toFixed(1)} %` : "< 0.1 %");

/** A character that can be seen: a blank as an open box. */
const visible = (character) => (character.trim() ? character : "␣");

/** A measure for colours: the largest size among numbers, or 1. */
function largest(values) {
  let most = 0;
  for (const v of values) most = Math.max(most, Math.abs(v));
  return most || 1;
}

/** A strip that is walked with the arrow keys or pointed at; `onpick` hears which number is meant. */
function walkedStrip({ name, values, scale, chosen, onpick }) {
  const canvas = h("canvas", { "aria-hidden": "true" }), mark = h("span", { class: "ll-tree-here", "aria-hidden": "true" });
  const el = h("div", {
    class: "ll-tree-strip", role: "slider", tabindex: 0, "aria-label": name,
    "aria-valuemin": 1, "aria-valuemax": values.length,
  }, canvas, mark);
  let shape = { rows: 1, columns: values.length }, index = Math.min(chosen, values.length - 1);
  const show = () => {
    const x = index % shape.columns, y = Math.floor(index / shape.columns);
    Object.assign(mark.style, {
      left: `${(100 * x) / shape.columns}%`, width: `${100 / shape.columns}%`,
      top: `${(100 * y) / shape.rows}%`, height: `${100 / shape.rows}%`,
    });
    el.setAttribute("aria-valuenow", index + 1);
    el.setAttribute("aria-valuetext", `number ${index + 1} of ${values.length}: ${said(values[index])}`);
  };
  const draw = () => {
    shape = fold(values.length, el.clientWidth || 300, 5);
    el.style.height = `${shape.rows * (shape.rows > 2 ? 9 : 13)}px`;
    paint(canvas, values, scale, shape, ground(el));
    show();
  };
  const go = (to) => {
    index = Math.max(0, Math.min(values.length - 1, to));
    show();
    onpick(index);
  };
  const pointed = (event) => {
    const box = el.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * shape.columns), y = Math.floor(((event.clientY - box.top) / box.height) * shape.rows);
    return Math.max(0, Math.min(shape.rows - 1, y)) * shape.columns + Math.max(0, Math.min(shape.columns - 1, x));
  };
  el.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") go(pointed(event)); });
  el.addEventListener("pointerdown", (event) => go(pointed(event)));
  el.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, ArrowUp: index - shape.columns, ArrowDown: index + shape.columns, Home: 0, End: values.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  return { el, draw };
}
