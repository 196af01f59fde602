// The card below a check. All that is told comes from Python; here are the buttons, and where the focus goes.

const WORDS = { hint: "Hint", solution: "Solution", again: "Check again" };

const widget = () => ({ render });

function render({ model, el }) {
  const verdict = h("div", { class: "ll-verdict-result", role: "status" });
  const said = h("div", { class: "ll-verdict-said", role: "status" });
  const bar = h("div", { class: "ll-bar ll-verdict-buttons" });
  const root = h("div", { class: "ll ll-verdict" }, verdict, bar, said);
  keepKeys(root);
  el.append(root);
  const press = (button) => {
    change(model, { focus: button });
    bar.querySelector(`[data-press="${button}"]`).setAttribute("aria-busy", "true");
    model.send({ press: button });
  };
  const buttons = () => {
    const one = (button) => h("button", { type: "button", "data-press": button, onclick: () => press(button) }, WORDS[button]);
    bar.replaceChildren(...model.get("buttons").map(one));
    bar.querySelector(`[data-press="${model.get("focus")}"]`)?.focus();
  };
  const done = () => bar.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  const undo = [
    follow(model, ["html"], () => { verdict.innerHTML = model.get("html"); }),
    follow(model, ["said"], () => { said.innerHTML = model.get("said"); }),
    follow(model, ["times"], done),
    follow(model, ["buttons"], buttons),
  ];
  requestAnimationFrame(() => { if (model.get("focus")) buttons(); }); // once it is on the page
  return () => undo.forEach((f) => f());
}
