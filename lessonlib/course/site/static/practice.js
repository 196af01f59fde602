// Exercises with fields to fill in: each number is checked where it stands. Nothing is kept, and nothing is graded.

/** The number that was typed; 1,024 and 1024 are the same, and a comma may stand for the decimal point. */
function numberOf(text) {
  const plain = text.trim().replace("−", "-").replace(/\s/g, "");
  if (!plain) return null;
  return Number(/^-?\d{1,3}(,\d{3})+$/.test(plain) ? plain.replaceAll(",", "") : plain.replace(",", "."));
}

function verdict(typed, { right, hint, mistakes }) {
  const number = numberOf(typed);
  if (number === null) return ["", ""];
  if (Number.isNaN(number)) return ["wrong", `✗ A number, please. ${hint}`];
  return number === right ? ["right", "✓ Right."] : ["wrong", `✗ Not yet. ${mistakes[number] ?? hint}`];
}

document.querySelectorAll("form.practice").forEach((form) => {
  const known = JSON.parse(form.querySelector("script").textContent);
  const inputs = [...form.querySelectorAll("input")], outputs = [...form.querySelectorAll("output")];
  const say = (i) => {
    const [kind, words] = verdict(inputs[i].value, known[i]);
    outputs[i].className = kind;
    outputs[i].textContent = words;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    inputs.forEach((_, i) => say(i));
    if (inputs.every((input) => !input.value.trim())) outputs[0].textContent = "Fill in a number first.";
  });
  inputs.forEach((input, i) => input.addEventListener("input", () => { outputs[i].textContent = outputs[i].className = ""; }));
});
