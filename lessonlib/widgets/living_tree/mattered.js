// Which characters mattered for one prediction: measured by taking each away, or by the gradient.

const WAYS = { away: "take each one away", slope: "its gradient" };

function mattered(engine, state, tree) {
  let way = "away";
  const target = h("select", { onchange: () => { state.target = target.value === "" ? null : +target.value; show(chances); } },
    h("option", { value: "" }, "the likeliest"), ...engine.characters.map((c, i) => h("option", { value: i }, i ? visible(c) : "the end")));
  const words = h("p", { class: "ll-tree-measured", role: "status" });
  const el = h("div", { class: "ll-tree-tool" },
    h("div", { class: "ll-bar" },
      radios("Which characters mattered?", WAYS, way, (picked) => { way = picked; show(chances); }),
      h("label", { class: "ll-field" }, h("span", {}, "for"), target)),
    words);
  let chances = [];

  function show(next) {
    chances = next;
    const { ids } = tree.look(), goal = state.target ?? chances.indexOf(Math.max(...chances));
    const found = way === "away" ? engine.takenAway(ids, goal, state.temperature) : engine.slopes(ids, goal, state.temperature);
    tree.under(found.map((v, i) => (ids[i] || way === "slope" ? v : null)), points);
    words.textContent = sentence(ids, goal, found);
  }

  function sentence(ids, goal, found) {
    const name = goal ? `“${visible(engine.characters[goal])}”` : "the end", now = `The chance of ${name} is ${percent(chances[goal])}.`;
    const typed = [...ids.keys()].filter((i) => ids[i]);
    if (!typed.length) return `${now} Type something: a character has to be there to be taken away.`;
    const most = typed.reduce((a, b) => (Math.abs(found[b]) > Math.abs(found[a]) ? b : a)), letter = quoted(engine, [ids[most]]);
    if (way === "slope") return `${now} Below each character: the gradient of that chance at its vector, times the vector, in points. Largest: ${letter}, ${points(found[most])}. A gradient tells of small changes only.`;
    return `${now} Below each character: how many percentage points that chance loses when a “.” takes its place; with a minus, it gains. Without ${letter} it would be ${percent(chances[goal] - found[most])}.`;
  }

  return { el, show };
}

/** A difference of chances in points of a per cent, with its sign. */
const points = (v) => (Math.abs(v) < 0.005 ? "0" : `${v > 0 ? "+" : "−"}${Math.abs(100 * v).toFixed(0)}`);
