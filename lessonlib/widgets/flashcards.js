// Flashcards. The queue holds the ids still to come, the shown one first. A card you knew leaves it; one you missed
// goes back a few places. Python only keeps `known`.

const widget = () => ({ render });

const BACK = 3; // how many cards come before a missed one returns

function render({ model, el }) {
  const front = h("div", { class: "ll-card-face" }), rear = h("div", { class: "ll-card-face ll-card-back" });
  const card = h("div", { class: "ll-card", role: "button", tabindex: 0 }, h("div", { class: "ll-card-turn" }, front, rear));
  const missed = h("button", { type: "button" }, "Not yet"), knew = h("button", { type: "button", class: "ll-main" }, "Knew it");
  const all = h("button", { type: "button" }, "Go through all of them again");
  const status = h("p", { class: "ll-card-status", role: "status" });
  const hint = h("p", { class: "ll-card-hint" }, "Space or Enter flips the card. Then: → knew it, ← not yet.");
  const judge = h("div", { class: "ll-card-judge" }, missed, knew);
  const root = h("div", { class: "ll ll-cards" }, status, card, judge, hint, all);
  keepKeys(root);
  el.append(root);

  const cards = Object.fromEntries(model.get("cards").map((c) => [c.id, c]));
  let flipped = false;
  const show = () => {
    const queue = model.get("queue"), now = cards[queue[0]];
    const done = model.get("cards").filter((c) => model.get("known")[c.id]).length;
    status.textContent = `${done} of ${count(model.get("cards").length, "card")} known, ${queue.length} to go.` + (now ? "" : " You knew them all.");
    card.hidden = hint.hidden = judge.hidden = !now;
    all.hidden = Boolean(now);
    if (!now) return;
    if (front.dataset.id !== now.id) {
      front.innerHTML = `<span class="ll-card-lesson">Lesson ${now.lesson} · question</span><div class="ll-card-words">${now.question}</div>`;
      rear.innerHTML = `<span class="ll-card-lesson">Lesson ${now.lesson} · answer</span><div class="ll-card-words">${now.answer}</div>`;
      front.dataset.id = now.id;
    }
    card.classList.toggle("ll-card-flipped", flipped);
    front.setAttribute("aria-hidden", flipped);
    rear.setAttribute("aria-hidden", !flipped);
    card.setAttribute("aria-label", flipped ? `Answer: ${now.answer_words}` : `Question: ${now.question_words}`);
    missed.disabled = knew.disabled = !flipped;
  };
  const flip = () => { flipped = !flipped; show(); };
  const say = (yes) => {
    if (!flipped) return;
    const [id, ...rest] = model.get("queue");
    if (!yes) rest.splice(Math.min(BACK, rest.length), 0, id);
    flipped = false;
    root.classList.add("ll-cards-next"); // the next card comes face up at once, so that its answer never shows
    change(model, { queue: rest, known: { ...model.get("known"), [id]: yes } });
    requestAnimationFrame(() => root.classList.remove("ll-cards-next"));
    (rest.length ? card : all).focus();
  };
  card.addEventListener("click", flip);
  card.addEventListener("keydown", (event) => {
    const act = { " ": flip, Enter: flip, ArrowRight: () => say(true), ArrowLeft: () => say(false) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  missed.addEventListener("click", () => say(false));
  knew.addEventListener("click", () => say(true));
  all.addEventListener("click", () => { flipped = false; change(model, { queue: model.get("cards").map((c) => c.id) }); card.focus(); });
  return follow(model, ["queue", "known"], show);
}
