// A prediction prompt: one question, and a field or choices. Python keeps the answer and compares it later.

export default () => ({ render });

function render({ model, el }) {
  const said = h("p", { role: "status" });
  const root = h("div", { class: "ll ll-predict" }, h("p", { class: "ll-predict-head" }, "Predict before you look"), form(model), said);
  keepKeys(root);
  el.append(root);
  return follow(model, ["yours", "outcome"], () => {
    const { actual, verdict, agrees } = model.get("outcome");
    const yours = model.get("yours");
    root.classList.toggle("ll-predict-differs", agrees === false);
    if (actual !== undefined) said.replaceChildren(`You predicted ${yours || "nothing"}; what came out is `, h("strong", {}, actual), `. ${verdict}`);
    else said.textContent = yours ? `Kept: ${yours}. Now read on, and run what follows.` : "";
  });
}

function form(model) {
  if (model.get("choices").length) {
    const choices = Object.fromEntries(model.get("choices").map((choice) => [choice, choice]));
    const group = radios(model.get("question"), choices, model.get("yours"), (value) => change(model, { yours: value }));
    group.classList.add("ll-predict-choices");
    return group;
  }
  const input = h("input", { type: "text", size: 16, value: model.get("yours"), autocomplete: "off", spellcheck: "false" });
  const keep = () => change(model, { yours: input.value.trim() });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") keep(); });
  return h("div", {}, h("label", { class: "ll-predict-question" }, h("span", {}, model.get("question")), input), h("button", { type: "button", onclick: keep }, "Keep it"));
}
