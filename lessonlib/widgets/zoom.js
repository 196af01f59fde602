// Looking closer at a part of a curve: dragged over it, or with buttons and the keys + and -.

const CLOSEST = 10; // steps from edge to edge

/** The part of a curve that is shown: `part()` is [first, last] or null for all; `changed` is called on each change. */
function zoom(stage, stepAt, extent, changed) {
  let part = null, begun = null;
  const set = (range) => {
    const whole = extent(), [low, high] = range ?? [0, whole];
    const width = Math.min(whole, Math.max(CLOSEST, high - low)), from = Math.min(Math.max(0, low), whole - width);
    part = range && width < whole ? [Math.round(from), Math.round(from + width)] : null;
    changed();
  };
  const by = (factor, about) => {
    const [low, high] = part ?? [0, extent()], middle = about ?? (low + high) / 2, half = ((high - low) / 2) * factor;
    set([middle - half, middle + half]);
  };
  const mark = h("div", { class: "ll-zoom-mark", hidden: true });
  stage.append(mark);
  const x = (event) => event.clientX - stage.getBoundingClientRect().left;
  stage.addEventListener("pointerdown", (event) => { begun = { x: x(event), step: stepAt(event) }; stage.setPointerCapture(event.pointerId); });
  stage.addEventListener("pointermove", (event) => {
    if (!begun) return;
    mark.hidden = Math.abs(x(event) - begun.x) < 8;
    mark.style.left = `${Math.min(x(event), begun.x)}px`;
    mark.style.width = `${Math.abs(x(event) - begun.x)}px`;
  });
  const end = (event) => {
    if (begun && !mark.hidden) set([begun.step, stepAt(event)].sort((a, b) => a - b));
    stop();
  };
  const stop = () => { begun = null; mark.hidden = true; };
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", stop); // the page scrolls instead
  const button = (words, act) => h("button", { type: "button", onclick: act }, words);
  const out = button("Zoom out", () => by(2)), all = button("Whole run", () => set(null));
  const closer = button("Zoom in", () => by(0.5));
  return {
    bar: h("span", { class: "ll-zoom" }, closer, out, all),
    part: () => part,
    key: (key, about) => {
      if (key !== "+" && key !== "=" && key !== "-") return false;
      by(key === "-" ? 2 : 0.5, about);
      return true;
    },
    follow: (step) => { // what is chosen stays in sight
      if (!part || step === null || (step >= part[0] && step <= part[1])) return;
      const width = part[1] - part[0];
      set(step < part[0] ? [step, step + width] : [step - width, step]);
    },
    update: () => { out.disabled = all.disabled = !part; },
  };
}
