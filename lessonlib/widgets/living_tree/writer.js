// Writing: draw a character, mark it among the bars, put it into the field, go on until '.'.

const NAMES = 5, LONGEST = 30;
const PAUSE = { drawn: 340, put: 200, name: 500 }; // milliseconds that each moment stays

function writer(panels, state, field, update) {
  const [{ engine }] = panels;
  const button = h("button", { type: "button", class: "ll-main", onclick: () => (timer ? stop() : start()) }, "Write");
  const words = h("ol", { class: "ll-tree-words", "aria-label": "Written" }), el = h("div", { class: "ll-tree-written", role: "status", hidden: true }, words);
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
    words.append(h("li", {}, state.text));
    while (words.children.length > 3 * NAMES) words.firstChild.remove();
    left -= 1;
    wait(PAUSE.name, () => {
      update(beginning);
      field.set(beginning);
      if (left) next();
      else stop();
    });
  }

  return { button, el, stop };
}

/** An index drawn with these chances. */
function draw(chances) {
  let left = Math.random();
  const i = chances.findIndex((p) => (left -= p) < 0);
  return i < 0 ? chances.length - 1 : i;
}
