// One node opened: what it sees, what it got, and each of its steps with the real numbers.

const STEPS = { embedding: "look up", group: "lay end to end", linear: "multiply", norm: "normalise", tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" };

function nodeView(engine, look, state, place, chances, scales) {
  const node = look.levels[state.chosen[0]]?.[state.chosen[1]];
  if (!node) return place.replaceChildren();
  const steps = stepsOf(engine, node, look), last = steps.length - 1;
  const chosen = Math.min(state.step ?? (node.level ? Math.min(1, last) : last), last), { op, values, input, step, name } = steps[chosen];
  const picker = h("div", { class: "ll-tree-steps", role: "radiogroup", "aria-label": "Step" }, ...steps.map((each, i) => stepButton(each, i)));
  const sum = h("p", { class: "ll-tree-sum", role: "status" });
  const terms = h("div", {});
  const strip = walkedStrip({ name: `What comes out of ${name}`, values, scale: op === "tanh" ? 1 : largest(values), chosen: state.channel, onpick: explain });
  const from = node.parts.map((part, i) => given(engine, part, i, node.parts.length, scales));
  place.replaceChildren(
    h("div", { class: "ll-tree-title" }, heading(engine, node)),
    h("p", {}, sees(engine, node)),
    ...(from.length ? [h("div", { class: "ll-tree-given" }, ...from.map((each) => each.el))] : []),
    picker, strip.el, sum, terms);
  [...from, strip].forEach((each) => each.draw());
  explain(Math.min(state.channel, values.length - 1));

  function stepButton(each, i) {
    const button = h("button", { type: "button", role: "radio", "aria-checked": String(i === chosen), tabindex: i === chosen ? 0 : -1, onclick: () => to(i) },
      `${i + 1} ${each.name}`, h("small", {}, ` ${each.values.length}`));
    button.addEventListener("keydown", (event) => {
      const next = { ArrowLeft: i - 1, ArrowUp: i - 1, ArrowRight: i + 1, ArrowDown: i + 1, Home: 0, End: last }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      to(Math.max(0, Math.min(last, next)));
    });
    return button;
  }

  function to(i) {
    state.step = i;
    if (steps[i].name === "score") state.channel = chances.indexOf(Math.max(...chances));
    nodeView(engine, look, state, place, chances, scales);
    place.querySelector('[aria-checked="true"]').focus();
  }

  function explain(channel) {
    state.channel = channel;
    sum.replaceChildren(...sentence(op, { engine, node, step, input, values, channel, chances }));
    if (op !== "linear") return terms.replaceChildren();
    const products = input.map((v, i) => v * step.weight.numbers[i * step.weight.columns + channel]);
    const label = h("p", { class: "ll-tree-terms" }, termsOf(input, products, step, channel));
    terms.replaceChildren(label);
  }
}

/** The steps of a node with what went in and came out; for the top, those to the scores and chances too. */
function stepsOf(engine, node, look) {
  const own = engine.levels[node.level].steps.map((step, i) => ({ op: step.op, step, input: node.values[i - 1], values: node.values[i], name: STEPS[step.op] }));
  if (node !== look.top) return own;
  let x = node.out;
  const head = engine.head.map((step) => {
    const input = x;
    x = apply(step, x, 0);
    return { op: step.op, step, input, values: x, name: step.op === "linear" ? "score" : STEPS[step.op] };
  });
  return [...own, ...head];
}

function heading(engine, node) {
  const seen = quoted(engine, node.seen);
  return node.level ? `The ${kindOf(node.seen.length)} ${seen}, level ${node.level}` : `The character ${seen}`;
}

function sees(engine, node) {
  const n = node.seen.length, first = node.place * n + 1;
  if (!node.level) return `Its vector is row ${node.seen[0]} of the embedding, ${node.out.length} numbers.`;
  const parts = node.parts.map((part) => quoted(engine, part.seen));
  return `It sees characters ${first} to ${first + n - 1} of ${engine.context}, and is made from ${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}: ${node.out.length} numbers.`;
}

/** What came from one of the neighbours. */
function given(engine, part, i, n, scales) {
  const side = n === 2 ? ["from the left", "from the right"][i] : `${i + 1} of ${n}`;
  const canvas = h("canvas", { role: "img", "aria-label": `${part.out.length} numbers of ${quoted(engine, part.seen)}` });
  const el = h("div", {}, h("small", {}, `${side}: ${quoted(engine, part.seen)}`), canvas);
  return { el, draw() {
    const shape = fold(part.out.length, el.clientWidth || 200, 4);
    canvas.style.height = `${shape.rows * 7}px`;
    paint(canvas, part.out, scales[part.level], shape, ground(el));
  } };
}

/** What one number is, with the numbers it was made from. */
function sentence(op, { engine, node, step, input, values, channel, chances }) {
  const v = h("strong", {}, said(values[channel])), which = `Number ${channel + 1} of ${values.length}`;
  if (op === "embedding") return [`${which}: `, v];
  if (op === "group") {
    const width = values.length / node.parts.length, part = node.parts[Math.floor(channel / width)];
    return [`${which} is number ${(channel % width) + 1} of ${quoted(engine, part.seen)}: `, v];
  }
  if (op === "linear") {
    const score = values.length === engine.characters.length && values !== node.values[1];
    return [score ? `The score of ${channel ? `“${visible(engine.characters[channel])}”` : "the end"}: ` : `${which}: `, v,
      score ? `. Among all scores that makes a chance of ${percent(chances[channel])}.` : `, the sum of ${input.length} products${step.bias ? " and a bias" : ""}.`];
  }
  if (op === "norm") {
    const { mean, var: variance, gamma, beta } = kept(step, channel, node.place), own = step.mean.rows > 1 ? `, kept for place ${node.place + 1} of ${step.mean.rows} alone,` : "";
    return [`${which}: (${said(input[channel])} − mean ${said(mean)}) / √(variance ${said(variance)} + ${step.eps}) × gamma ${said(gamma)} + beta ${said(beta)}${own} = `, v];
  }
  return [`${which}: ${STEPS[op]}(${said(input[channel])}) = `, v];
}

/** The largest products of a sum, and what the others come to. */
function termsOf(input, products, step, channel) {
  const order = [...products.keys()].sort((a, b) => Math.abs(products[b]) - Math.abs(products[a])), few = order.slice(0, 4);
  const shown = few.map((i) => `${said(input[i])} × ${said(step.weight.numbers[i * step.weight.columns + channel])}`);
  const rest = order.slice(4).reduce((sum, i) => sum + products[i], 0);
  const bias = step.bias ? ` + bias ${said(step.bias.numbers[channel])}` : "";
  return `The largest: ${shown.join(" + ")}${order.length > 4 ? ` + ${order.length - 4} more, together ${said(rest)}` : ""}${bias}`;
}
