// The pages of the site: the widgets in their places, and the theme told to them.

const home = document.currentScript.src.replace(/[^/]*$/, "");

// --- light and dark: the theme has its own switch, and the widgets ask JupyterLab's ---

const dark = matchMedia("(prefers-color-scheme: dark)");
function tellTheme() {
  const chosen = document.body.dataset.theme;
  document.body.dataset.jpThemeLight = String(chosen === "light" || (chosen !== "dark" && !dark.matches));
}
tellTheme();
dark.addEventListener("change", tellTheme);
addEventListener("beforeprint", () => { document.body.dataset.jpThemeLight = "true"; }); // paper is white
addEventListener("afterprint", tellTheme);
new MutationObserver(tellTheme).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });

// --- widgets ---

const loading = {};
/** A script or a stylesheet of the site, once a page. */
function load(tag, attributes) {
  return (loading[attributes.src ?? attributes.href] ??= new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
    document.head.append(element);
  }));
}

function opened(fold) {
  const inside = fold.cloneNode(true);
  inside.querySelector("summary").remove();
  return { answer: inside.innerHTML, actual: inside.querySelector("strong")?.textContent ?? "" };
}

async function revive(place) {
  const module = place.dataset.module, state = JSON.parse(place.querySelector("script").textContent);
  const answer = state.asked && place.querySelector(".still details"); // a prediction's answer stands in its fold, and opens from there
  if (answer) Object.assign(state, opened(answer));
  const needed = [
    load("link", { rel: "stylesheet", href: `${home}widgets/${module}.css` }),
    load("script", { src: `${home}widgets/${module}.js` }),
  ];
  const bare = (state.trees ?? []).filter((tree) => !tree.numbers); // the course's own tree, which pages share
  if (bare.length) needed.push(load("script", { src: `${home}widgets/course_tree.js` }));
  await Promise.all(needed);
  bare.forEach((tree) => Object.assign(tree, window.courseTree));
  const model = standIn(state), parts = window.courseWidgets[module](), el = document.createElement("div");
  parts.initialize?.({ model });
  place.replaceChildren(el);
  parts.render({ model, el });
}

document.querySelectorAll(".alive").forEach(revive);

// --- what scrolls sideways can be reached by the keyboard, and nothing else is a stop on its way ---

function reachScrollers() {
  document.querySelectorAll("article pre, article .cell_output, article .table-wrapper, article math").forEach((element) => {
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
}
reachScrollers();
addEventListener("load", reachScrollers);
addEventListener("resize", reachScrollers);

// --- on paper everything is open ---

addEventListener("beforeprint", () => document.querySelectorAll("article details").forEach((fold) => { fold.open = true; }));
