// The engine: runs a tree on weights handed over once, and keeps what every node got, did and gave.

/** A tree ready to run: `outline` as Description.outline gives it, `numbers` a Float32Array of all weights. */
class Engine {
  constructor(outline, numbers) {
    this.characters = outline.characters;
    this.context = outline.context;
    this.index = new Map(outline.characters.map((c, i) => [c, i]));
    const steps = outline.steps.map((step) => withTables(step, numbers));
    const lastLinear = steps.map((step) => step.op).lastIndexOf("linear");
    this.head = steps.slice(lastLinear); // what turns the top's vector into scores
    this.levels = inLevels(steps.slice(0, lastLinear));
    this.memory = this.levels.map(() => new Map());
    this.made = 0; // how many nodes were computed, not found in memory
  }

  /** The indices of the last characters of a text, with 0, the '.', in front: as many as the tree sees. */
  ids(text) {
    const known = [...text].filter((c) => this.index.has(c)).map((c) => this.index.get(c));
    return [...Array(this.context).fill(0), ...known].slice(-this.context);
  }

  /** The whole tree for `context` indices: {levels: [[node, …], …], top, scores}; level 0 are the characters. */
  look(ids) {
    const levels = this.levels.map((level, k) =>
      Array.from({ length: this.context / level.reach }, (_, place) => this.node(k, place, ids)));
    const top = levels.at(-1)[0];
    return { ids, levels, top, scores: this.scores(top.out) };
  }

  /** Node `place` of level k. The same characters give the same vector, so it is looked up before it is made. */
  node(k, place, ids) {
    const { reach, placed } = this.levels[k], seen = ids.slice(place * reach, (place + 1) * reach);
    const key = placed ? `${place}:${seen}` : `${seen}`, memory = this.memory[k];
    let found = memory.get(key);
    if (!found) {
      if (memory.size > 4000) memory.clear();
      memory.set(key, (found = this.make(k, place, ids, seen)));
    }
    return found;
  }

  /** Compute a node: `values` holds what came out of each of its level's steps, `out` the last of them. */
  make(k, place, ids, seen) {
    const { n, steps } = this.levels[k];
    const parts = k ? Array.from({ length: n }, (_, i) => this.node(k - 1, place * n + i, ids)) : [];
    let x = k ? joined(parts.map((part) => part.out)) : row(steps[0].weight, seen[0]);
    const values = [x];
    for (const step of steps.slice(1)) values.push((x = apply(step, x, place)));
    this.made += 1;
    return { level: k, place, seen, parts, values, out: x };
  }

  /** The logits for a top vector. */
  scores(top) {
    return this.head.reduce((x, step) => apply(step, x, 0), top);
  }

  /** Where each character counts: how far the chance of `target` moves when it alone is replaced by '.'. */
  takenAway(ids, target, temperature) {
    const before = softmax(this.look(ids).scores, temperature)[target];
    return ids.map((id, i) => {
      if (!id) return 0;
      const without = [...ids];
      without[i] = 0;
      return before - softmax(this.look(without).scores, temperature)[target];
    });
  }

  /** The gradient of the chance of `target` at each character's embedding, times that embedding, summed. */
  slopes(ids, target, temperature) {
    const { top, scores, levels } = this.look(ids), chances = softmax(scores, temperature);
    let grad = Float64Array.from(chances, (p, i) => (chances[target] * ((i === target) - p)) / temperature);
    const before = [top.out];
    for (const step of this.head) before.push(apply(step, before.at(-1), 0));
    for (let i = this.head.length - 1; i >= 0; i--) grad = backward(this.head[i], before[i], before[i + 1], 0, grad);
    const found = Array(ids.length).fill(0);
    const down = (k, place, grad) => {
      const node = levels[k][place], { steps } = this.levels[k];
      for (let i = steps.length - 1; i > 0; i--) grad = backward(steps[i], node.values[i - 1], node.values[i], place, grad);
      if (!k) return void (found[place] = grad.reduce((sum, g, i) => sum + g * node.values[0][i], 0));
      const width = grad.length / node.parts.length;
      node.parts.forEach((_, i) => down(k - 1, place * node.parts.length + i, grad.slice(i * width, (i + 1) * width)));
    };
    down(levels.length - 1, 0, grad);
    return found;
  }
}

/** A step with its tables, {numbers, rows, columns}, in place of where they lie. */
function withTables(step, numbers) {
  const found = { ...step };
  for (const role of ["weight", "bias", "mean", "var", "gamma", "beta"]) {
    if (!step[role]) continue;
    const [start, rows, columns] = step[role];
    found[role] = { numbers: numbers.subarray(start, start + rows * columns), rows, columns };
  }
  return found;
}

/** The steps in levels, each begun by a "group": `reach` characters seen, `size` numbers out, `placed` where places differ. */
function inLevels(steps) {
  const levels = [];
  for (const step of steps) {
    if (step.op === "embedding" || step.op === "group") levels.push({ n: step.n, steps: [step] });
    else levels.at(-1).steps.push(step);
  }
  let reach = 1, placed = false, size = 0;
  for (const level of levels) {
    reach *= level.n;
    size = level.steps.reduce((n, step) => step.weight?.columns ?? n * step.n, size);
    placed ||= level.steps.some((step) => step.op === "norm" && Math.max(...rolesOf(step)) > 1);
    Object.assign(level, { reach, placed, size });
  }
  return levels;
}

const rolesOf = (step) => ["mean", "var", "gamma", "beta"].map((role) => step[role]?.rows ?? 1);

const row = (table, i) => table.numbers.subarray(i * table.columns, (i + 1) * table.columns);

/** A table's row for a place: the only one, or the place's own. */
const at = (table, place, otherwise) => (table ? row(table, table.rows > 1 ? place : 0) : otherwise);

function joined(vectors) {
  const out = new Float32Array(vectors.reduce((sum, v) => sum + v.length, 0));
  let start = 0;
  for (const v of vectors) { out.set(v, start); start += v.length; }
  return out;
}

const ACTIVATE = { tanh: Math.tanh, relu: (v) => Math.max(0, v), sigmoid: (v) => 1 / (1 + Math.exp(-v)) };
const SLOPE = { tanh: (y) => 1 - y * y, relu: (y) => +(y > 0), sigmoid: (y) => y * (1 - y) };

/** One step on one vector. */
function apply(step, x, place) {
  if (step.op === "linear") return linear(step, x);
  if (step.op === "norm") return x.map((v, c) => normalised(step, v, c, place));
  return x.map(ACTIVATE[step.op]);
}

/** x @ weight + bias, summed in double precision. */
function linear({ weight, bias }, x) {
  const { numbers, columns } = weight, sum = new Float64Array(columns);
  if (bias) sum.set(bias.numbers);
  for (let i = 0, start = 0; i < x.length; i++, start += columns) {
    const v = x[i];
    for (let j = 0; j < columns; j++) sum[j] += v * numbers[start + j];
  }
  return Float32Array.from(sum);
}

/** (v - mean) / sqrt(var + eps) * gamma + beta, for channel c. */
function normalised(step, v, c, place) {
  const n = kept(step, c, place);
  return ((v - n.mean) / Math.sqrt(n.var + step.eps)) * n.gamma + n.beta;
}

/** The numbers that BatchNorm keeps for one channel. */
function kept(step, c, place) {
  return {
    mean: at(step.mean, place)[c], var: at(step.var, place)[c],
    gamma: at(step.gamma, place)?.[c] ?? 1, beta: at(step.beta, place)?.[c] ?? 0,
  };
}

/** The gradient at a step's input x, from that at its output y. */
function backward(step, x, y, place, grad) {
  if (step.op === "linear") {
    const { numbers, columns } = step.weight;
    return Float64Array.from(x, (_, i) => grad.reduce((sum, g, j) => sum + g * numbers[i * columns + j], 0));
  }
  if (step.op === "norm") {
    return grad.map((g, c) => { const n = kept(step, c, place); return (g * n.gamma) / Math.sqrt(n.var + step.eps); });
  }
  return grad.map((g, i) => g * SLOPE[step.op](y[i]));
}

function softmax(scores, temperature = 1) {
  const top = Math.max(...scores), powers = Array.from(scores, (v) => Math.exp((v - top) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
}

/** Weights as they come: bytes from the kernel, or base64 on a page; float32, or float16 where told. */
function weights(value, precision) {
  const bytes = typeof value === "string"
    ? Uint8Array.from(atob(value), (c) => c.charCodeAt(0))
    : new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  return precision === 16 ? Float32Array.from(new Uint16Array(bytes.buffer), half) : new Float32Array(bytes.buffer);
}

/** A float16 from its bits. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (!exponent) return sign * 2 ** -24 * fraction;
  return exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * 2 ** (exponent - 25) * (1024 + fraction);
}
