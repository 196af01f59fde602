// Helpers that stand at the head of every widget's module: see base.script.

/** A new HTML element: h("button", {type: "button", onclick: flip}, "Flip"). */
function h(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** A new SVG element, made like h. */
function s(tag, attributes = {}, ...children) {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** A labelled control: the words first, then the input; what it stands at is no part of its name. */
function field(words, control, output) {
  return h("span", { class: "ll-field" }, h("label", { class: "ll-field" }, h("span", {}, words), control), output);
}

/** A group of radio buttons with a legend; `choices` maps values to words. */
function radios(legend, choices, chosen, onpick) {
  const name = `ll-${Math.random().toString(36).slice(2)}`;
  const options = Object.entries(choices).map(([value, words]) =>
    h("label", { class: "ll-option" },
      h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onpick(value) }),
      h("span", {}, words)));
  return h("fieldset", { class: "ll-radios" }, h("legend", {}, legend), ...options);
}

/** JupyterLab takes keys meant for a widget (x cuts the cell): keep them in. Ctrl+S and its kin still pass. */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** Set traits from the page: one round to Python for all of them. */
function change(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

/** What the widget says is for Python; on a page without it, `here(model)` gives what answers in its place. */
function listener(model, here) {
  return model.get("live") === false ? here(model) : (message) => model.send(message);
}

/** Call `update` now and whenever one of the traits changes; returns what undoes it. */
function follow(model, traits, update) {
  traits.forEach((name) => model.on(`change:${name}`, update));
  update();
  return () => traits.forEach((name) => model.off(`change:${name}`, update));
}

/** Call `draw` whenever the element's width changes. */
function onWidth(element, draw) {
  let width = 0;
  const observer = new ResizeObserver(() => {
    if (element.clientWidth && element.clientWidth !== width) draw((width = element.clientWidth));
  });
  observer.observe(element);
  return () => observer.disconnect();
}

const SECONDS_FOR_A_THEME = 10; // its style sheet comes over the network, after its name

/**
 * Call `draw` when JupyterLab changes between light and dark: what is drawn into `element` does not follow by itself.
 * The new theme's name may come before its colours, and while JupyterLab changes it shows no notebook at all, so that
 * nothing can be drawn. So colours and element are watched for a while.
 */
function onTheme(element, draw) {
  const state = () => {
    const look = getComputedStyle(document.body);
    const colours = ["--jp-layout-color1", "--jp-content-font-color1"].map((name) => look.getPropertyValue(name));
    return [...colours, element.clientWidth > 0].join();
  };
  let shown = state(), until = 0, frame = 0;
  const watch = () => {
    frame = performance.now() < until ? requestAnimationFrame(watch) : 0;
    if (state() === shown) return;
    shown = state();
    draw();
  };
  const observer = new MutationObserver(() => {
    until = performance.now() + 1000 * SECONDS_FOR_A_THEME;
    shown = state();
    draw();
    frame ||= requestAnimationFrame(watch);
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  return () => { observer.disconnect(); cancelAnimationFrame(frame); };
}

/** 1234567 as 1,234,567. */
function thousands(number) {
  return number.toLocaleString("en-US");
}

/** "1 character", "2 characters". */
function count(number, noun) {
  return `${thousands(number)} ${noun}${number === 1 ? "" : "s"}`;
}

