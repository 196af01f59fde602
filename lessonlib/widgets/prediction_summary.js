// The predictions of a lesson, at its end: a sentence, those worth another look, and the way back to each.

const widget = () => ({ render });

function render({ model, el }) {
  const sentence = h("p", { class: "ll-sum-sentence", role: "status" });
  const lists = h("div");
  const all = h("input", { type: "checkbox", onchange: () => model.send({ type: "all", on: all.checked }) });
  const root = h("div", { class: "ll ll-sum" }, sentence, lists,
    h("label", { class: "ll-option" }, all, h("span", {}, "Show all answers, in every lesson")));
  keepKeys(root);
  el.append(root);
  return follow(model, ["sentence", "again", "unguessed", "all_shown"], () => {
    sentence.textContent = model.get("sentence");
    all.checked = model.get("all_shown");
    lists.replaceChildren(
      ...list("Worth another look", model.get("again"), (each) => ` You: ${each.yours}. What came out: ${each.actual}.`),
      ...list("Not guessed", model.get("unguessed"), () => ""));
  });
}

function list(title, items, more) {
  if (!items.length) return [];
  const rows = items.map((each) => {
    const words = h("button", { type: "button", class: "ll-sum-go", onclick: () => go(each.key) });
    words.innerHTML = each.question;
    return h("li", {}, words, more(each));
  });
  return [h("p", { class: "ll-sum-title" }, title), h("ul", {}, ...rows)];
}

/** To the prediction, where its cell has been run. */
function go(key) {
  const there = document.getElementById(`prediction-${key}`);
  there?.scrollIntoView({ block: "center" });
  there?.focus({ preventScroll: true });
}
