
// The page of a shared tree: what stands in for the notebook, and the system's light or dark.

const state = JSON.parse(document.getElementById("tree").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const follows = () => document.body.setAttribute("data-jp-theme-light", String(!dark.matches));
follows();
dark.addEventListener("change", follows);
const place = document.getElementById("place");
place.replaceChildren();
widget().render({ model: { get: (name) => state[name], on() {}, off() {} }, el: place });
