// Look inside: histograms of activations and gradients, the embedding as a map, and the next character's chances.
// Only typing another context and writing whole words ask Python; temperature and draws are computed here.

const widget = () => ({ render });

const VOWELS = "aeiou";

function render({ model, el }) {
  const pane = h("div", { class: "ll-look-pane" });
  const picker = radios("Look at", { activations: "activations", gradients: "gradients", embedding: "embedding", next: "next character" }, model.get("view"), (view) => change(model, { view }));
  const root = h("div", { class: "ll ll-look" }, h("div", { class: "ll-bar" }, picker), pane);
  keepKeys(root);
  el.append(root);
  const views = {
    activations: () => histograms(model.get("activations"), "activation", "Outputs of each layer for up to 1,000 contexts, in evaluation mode."),
    gradients: () => histograms(model.get("gradients"), "gradient", "Gradient of the mean loss at each layer's output, all on one scale. Narrow means that little comes back."),
    embedding: () => map(model.get("embedding")),
    next: () => next(model),
  };
  let leave = () => {};
  const undo = [
    follow(model, ["view"], () => {
      leave();
      const [nodes, end = () => {}] = [views[model.get("view")]()].flat();
      leave = end;
      pane.replaceChildren(nodes);
      picker.querySelectorAll("input").forEach((radio) => { radio.checked = radio.value === model.get("view"); });
    }),
    () => leave(),
  ];
  return () => undo.forEach((f) => f());
}

// Histograms

function histograms(layers, what, words) {
  if (!layers.length) return h("p", {}, "To see gradients, pass the targets too: ", h("code", {}, "LookInside(model, vocabulary, X, Y)"), ".");
  return h("div", {}, h("p", {}, words), h("div", { class: "ll-look-grid" }, ...layers.map((layer) => oneHistogram(layer, what))));
}

function oneHistogram({ name, counts, reach, mean, std, saturated }, what) {
  const highest = Math.max(...counts), wide = 220, tall = 70, bar = wide / counts.length;
  const bars = counts.map((n, i) => (n ? `M${i * bar} ${tall}v${((-n / highest) * tall).toFixed(1)}h${bar}V${tall}z` : "")).join("");
  const words = [`mean ${mean.toFixed(3)}`, `std ${std < 0.01 ? std.toExponential(1) : std.toFixed(3)}`];
  if (saturated !== null) words.push(`${(100 * saturated).toFixed(1)} % saturated`);
  return h("figure", { class: "ll-look-figure" },
    h("figcaption", {}, h("strong", {}, name), h("span", {}, words.join(" · "))),
    s("svg", { viewBox: `0 0 ${wide} ${tall + 18}`, role: "img", "aria-label": `Histogram of the ${what}s of ${name}: ${words.join(", ")}` },
      s("path", { d: bars, class: "ll-look-bars" }),
      s("path", { d: `M0 ${tall + 0.5}H${wide}M${wide / 2} ${tall}v4`, class: "ll-look-axis" }),
      s("text", { x: 0, y: tall + 14, class: "ll-look-tick" }, short(-reach)),
      s("text", { x: wide / 2, y: tall + 14, "text-anchor": "middle", class: "ll-look-tick" }, "0"),
      s("text", { x: wide, y: tall + 14, "text-anchor": "end", class: "ll-look-tick" }, short(reach))));
}

const short = (v) => (Math.abs(v) < 0.01 ? v.toExponential(0) : String(+v.toPrecision(2)));

// The embedding

function map({ labels, points, near, share }) {
  const wide = 560, tall = 380, pad = 22;
  const place = [0, 1].map((axis) => {
    const values = points.map((p) => p[axis]), low = Math.min(...values), high = Math.max(...values);
    const size = axis ? tall : wide;
    return points.map((p) => { const t = (p[axis] - low) / (high - low || 1); return pad + (axis ? 1 - t : t) * (size - 2 * pad); });
  });
  const lines = s("path", { class: "ll-look-near" });
  const letters = labels.map((label, i) => s("text", { x: place[0][i], y: place[1][i] + 5, "text-anchor": "middle", class: VOWELS.includes(label) ? "ll-look-letter ll-look-vowel" : "ll-look-letter" }, label));
  const svg = s("svg", { viewBox: `0 0 ${wide} ${tall}`, "aria-hidden": "true" }, lines, ...letters);
  const stage = h("div", { class: "ll-look-map", tabindex: 0, role: "slider", "aria-label": "Character", "aria-valuemin": 0, "aria-valuemax": labels.length - 1 }, svg);
  const sentence = h("p", { class: "ll-look-sentence" });
  let chosen = Math.max(0, labels.indexOf("a"));
  const show = (i) => {
    letters.forEach((letter, k) => letter.classList.toggle("ll-look-on", k === i));
    lines.setAttribute("d", near[i].map((k) => `M${place[0][i]} ${place[1][i]}L${place[0][k]} ${place[1][k]}`).join(""));
    sentence.replaceChildren(h("strong", {}, `“${labels[i]}”`), ` lies nearest to ${near[i].map((k) => `“${labels[k]}”`).join(", ")}, by distance in all dimensions.`);
    stage.setAttribute("aria-valuenow", i);
    stage.setAttribute("aria-valuetext", sentence.textContent);
  };
  const pointed = (event) => {
    const box = svg.getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * wide, y = ((event.clientY - box.top) / box.height) * tall;
    const far = points.map((_, k) => Math.hypot(place[0][k] - x, place[1][k] - y));
    return far.indexOf(Math.min(...far));
  };
  stage.addEventListener("pointermove", (event) => show(pointed(event)));
  stage.addEventListener("pointerleave", () => show(chosen));
  stage.addEventListener("click", (event) => show((chosen = pointed(event))));
  stage.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: chosen - 1, ArrowDown: chosen - 1, ArrowRight: chosen + 1, ArrowUp: chosen + 1, Home: 0, End: labels.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show((chosen = Math.max(0, Math.min(labels.length - 1, to))));
  });
  show(chosen);
  return h("div", {}, h("p", {}, `Each character's vector on the plane that keeps most of it, ${Math.round(100 * share)} % of the variance. Vowels are bold and underlined.`), stage, sentence);
}

// The next character

function next(model) {
  const text = h("input", { type: "text", size: 14, maxlength: 64, spellcheck: "false", autocomplete: "off", disabled: !model.get("live") });
  const after = h("input", { type: "range", min: 0 }), afterWords = h("output", { class: "ll-look-after" });
  const heat = h("input", { type: "range", min: 0.1, max: 3, step: 0.1 }), heatWords = h("output");
  const draw = h("button", { type: "button" }, "Draw 100");
  const write = h("button", { type: "button", hidden: !model.get("live") }, "Write 8 words");
  const chart = h("div", { class: "ll-look-chart" });
  const said = h("p", { role: "status" }), words = h("p", { class: "ll-look-words", role: "status" });
  let length = null, draws = null;

  const show = () => {
    const beginnings = model.get("logits").length;
    after.max = beginnings - 1;
    const at = Math.min(length ?? beginnings - 1, beginnings - 1);
    after.value = at;
    const context = model.get("text").slice(0, at);
    afterWords.value = context ? `“${context}”` : "nothing yet";
    after.setAttribute("aria-valuetext", afterWords.value);
    heatWords.value = model.get("temperature").toFixed(1);
    heat.value = model.get("temperature");
    if (text.value !== model.get("text")) text.value = model.get("text");
    const chances = softmax(model.get("logits")[at], model.get("temperature"));
    chart.replaceChildren(bars(model.get("characters"), chances, draws, chart.clientWidth || 820));
    said.textContent = best(model.get("characters"), chances, context) + (draws ? " Striped: the share among 100 draws." : "");
    words.textContent = model.get("written").join(" · ");
  };
  const anew = () => { draws = null; show(); };
  text.addEventListener("input", () => { length = null; change(model, { text: text.value.toLowerCase() }); });
  after.addEventListener("input", () => { length = +after.value; anew(); });
  heat.addEventListener("input", () => change(model, { temperature: +heat.value }));
  draw.addEventListener("click", () => {
    draws = Array(model.get("characters").length).fill(0);
    const chances = softmax(model.get("logits")[+after.value], model.get("temperature"));
    for (let i = 0; i < 100; i++) draws[pick(chances)] += 0.01;
    show();
  });
  write.addEventListener("click", () => model.send({ type: "write", length: +after.value }));
  const undo = [follow(model, ["logits", "temperature"], anew), follow(model, ["written"], show), onWidth(chart, show)];
  return [h("div", {},
    h("div", { class: "ll-bar" }, field("Text", text), field("After", after, afterWords), field("Temperature", heat, heatWords)),
    chart, said, h("div", { class: "ll-bar ll-look-buttons" }, draw, write), words), () => undo.forEach((f) => f())];
}

function softmax(logits, temperature) {
  const top = Math.max(...logits), powers = logits.map((v) => Math.exp((v - top) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
}

function pick(chances) {
  let left = Math.random();
  const i = chances.findIndex((p) => (left -= p) < 0);
  return i < 0 ? chances.length - 1 : i;
}

function best(characters, chances, context) {
  const order = chances.map((_, i) => i).sort((a, b) => chances[b] - chances[a]).slice(0, 3);
  const list = order.map((i) => `“${characters[i]}” ${(100 * chances[i]).toFixed(0)} %`).join(", ");
  return `After ${context ? `“${context}”` : "nothing"} most likely comes ${list}.`;
}

function bars(characters, chances, draws, wide) {
  const tall = 150, slot = wide / characters.length, highest = Math.max(...chances, ...(draws ?? []), 0.05);
  const size = (p) => (p / highest) * tall;
  const one = (c, i) => [
    s("rect", { x: i * slot + 2, y: tall + 6 - size(chances[i]), width: (slot - 4) * (draws ? 0.5 : 1), height: size(chances[i]), class: "ll-look-chance" }),
    draws && s("rect", { x: i * slot + 2 + (slot - 4) / 2, y: tall + 6 - size(draws[i]), width: (slot - 4) / 2, height: size(draws[i]), class: "ll-look-drawn" }),
    s("text", { x: (i + 0.5) * slot, y: tall + 24, "text-anchor": "middle", class: "ll-look-char" }, c),
  ].filter(Boolean);
  const stripes = s("pattern", { id: "ll-look-stripes", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, s("rect", { width: 2.5, height: 5, class: "ll-look-stripe" }));
  return s("svg", { viewBox: `0 0 ${wide} ${tall + 30}`, role: "img", "aria-label": `Chances of each of ${characters.length} characters` }, s("defs", {}, stripes), ...characters.flatMap(one));
}
