// The quiz: one question at a time. In a notebook Python judges each answer, and what is right is not on the page; on a
// page without Python, where nothing is kept or graded, the page itself does.

const widget = () => ({ render });

function render({ model, el }) {
  const body = h("div");
  const root = h("div", { class: "ll ll-quiz" }, body);
  keepKeys(root);
  el.append(root);
  const parts = { feedback: null, say: listener(model, judge) };
  const ask = () => {
    body.replaceChildren(...(model.get("number") < model.get("total") ? question(model, parts) : result(model, parts)));
    if (root.contains(document.activeElement) || parts.moved) body.querySelector("input, button")?.focus();
    parts.moved = false;
  };
  parts.go = (number) => { parts.moved = true; parts.say({ type: "go", number }); };
  const undo = [
    follow(model, ["number"], ask),
    follow(model, ["feedback"], () => tell(model, parts)),
  ];
  return () => undo.forEach((f) => f());
}

function question(model, parts) {
  const { text, choices } = model.get("question");
  const name = `ll-quiz-${Math.random().toString(36).slice(2)}`;
  const legend = h("legend");
  legend.innerHTML = text;
  const options = choices.map((choice, i) => {
    const words = h("span");
    words.innerHTML = choice;
    return h("label", { class: "ll-quiz-choice" }, h("input", { type: "radio", name, value: i, onchange: () => { check.disabled = false; } }), words);
  });
  const check = h("button", { type: "button", class: "ll-main", disabled: true }, "Check");
  const last = model.get("number") + 1 === model.get("total");
  const next = h("button", { type: "button" }, last ? "See the result" : "Next question");
  const form = h("fieldset", { class: "ll-quiz-form" }, legend, ...options);
  parts.feedback = h("div", { class: "ll-quiz-feedback", role: "status" });
  parts.options = options;
  const answer = () => parts.say({ type: "answer", choice: +form.querySelector("input:checked").value });
  check.addEventListener("click", answer);
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && !check.disabled) answer(); });
  next.addEventListener("click", () => parts.go(model.get("number") + 1));
  return [h("p", { class: "ll-quiz-number" }, `Question ${model.get("number") + 1} of ${model.get("total")}`), form, h("div", { class: "ll-bar ll-quiz-buttons" }, check, next), parts.feedback];
}

function tell(model, parts) {
  const { choice, right, why } = model.get("feedback");
  parts.options?.forEach((option, i) => {
    option.classList.toggle("ll-quiz-right", i === choice && right);
    option.classList.toggle("ll-quiz-wrong", i === choice && !right);
  });
  if (!parts.feedback) return;
  const words = h("div");
  words.innerHTML = why ?? "";
  parts.feedback.replaceChildren(...(why === undefined ? [] : [h("strong", {}, right ? "✓ Correct." : "✗ Not yet."), words]));
  parts.feedback.className = `ll-quiz-feedback ${why === undefined ? "" : right ? "ll-quiz-good" : "ll-quiz-bad"}`;
}

function result(model, parts) {
  const tries = Object.values(model.get("first_tries")), right = tries.filter(Boolean).length;
  const missed = tries.length - right;
  const again = h("button", { type: "button" }, "Start again");
  again.addEventListener("click", () => parts.say({ type: "go", number: 0 }));
  const words = `${right} of ${model.get("total")} right at the first try.`;
  const cards = missed && model.get("live") !== false ? ` ${count(missed, "flashcard")} will come back to you in Flashcards().` : "";
  return [h("p", { role: "status" }, h("strong", {}, words), cards), again];
}

/** What Quiz does in Python: show a question, and say to an answer what there is to say. */
function judge(model) {
  return ({ type, number, choice }) => {
    const asked = model.get("questions");
    if (type === "go") {
      const { text, choices } = asked[number] ?? {};
      if (text) model.set("question", { text, choices: choices.map((each) => each.text) });
      model.set("first_tries", number ? model.get("first_tries") : {});
      model.set("feedback", {});
      model.set("number", number);
      return;
    }
    const now = model.get("number"), { right, why } = asked[now].choices[choice];
    model.set("first_tries", { [now]: right, ...model.get("first_tries") });
    model.set("feedback", { choice, right, why });
  };
}
