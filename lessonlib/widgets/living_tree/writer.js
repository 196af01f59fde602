// Writing: draw a character, mark it among the bars, put it into the field, go on until '.'.

const NAMES = 5, LONGEST = 30;
const PAUSE = { drawn: 340, put: 200, name: 500 }; // milliseconds that each moment stays

function writer(panels, state, field, update) {
  const [{ engine }] = panels;
  const button = h("button", { type: "button", class: "ll-main", onclick: () => (timer ? stop() : start()) }, "Write");
  const lists = panels.map(() => h("ol", { class: "ll-tree-words" })), known = new Set(state.words);
  const el = h("div", { class: "ll-tree-written", role: "status", hidden: true }, ...panels.map(({ label }, i) => h("div", {}, h("div", { class: "ll-tree-title" }, label ? `Written, ${label}` : "Written"), lists[i])));
  let timer = 0, beginning = "", left = 0;

  function start() {
    beginning = state.text;
    left = NAMES;
    button.textContent = "Stop";
    next();
  }

  function stop() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    button.textContent = "Write";
    field.set(state.text);
  }

  const wait = (milliseconds, then) => { timer = setTimeout(then, milliseconds); };

  function next() {
    const id = draw(panels[0].chances());
    panels[0].draw(id);
    wait(PAUSE.drawn, () => (id && [...state.text].length < LONGEST ? put(engine.characters[id]) : ended()));
  }

  function put(character) {
    update(state.text + character);
    field.set(state.text);
    wait(PAUSE.put, next);
  }

  function ended() {
    el.hidden = false;
    panels.forEach((each, i) => note(lists[i], i ? whole(each.engine, beginning, state.temperature) : state.text));
    left -= 1;
    wait(PAUSE.name, () => {
      update(beginning);
      field.set(beginning);
      if (left) next();
      else stop();
    });
  }

  function note(list, word) {
    list.append(h("li", {}, word || "(nothing)", known.size > 0 && h("small", {}, known.has(word) ? " known" : " new")));
    while (list.children.length > 3 * NAMES) list.firstChild.remove();
  }

  return { button, el, stop };
}

/** A name written at once, from its beginning on. */
function whole(engine, beginning, temperature) {
  let text = beginning;
  while ([...text].length < LONGEST) {
    const id = draw(softmax(engine.look(engine.ids(text)).scores, temperature));
    if (!id) break;
    text += engine.characters[id];
  }
  return text;
}

/** An index drawn with these chances. */
function draw(chances) {
  let left = Math.random();
  const i = chances.findIndex((p) => (left -= p) < 0);
  return i < 0 ? chances.length - 1 : i;
}
