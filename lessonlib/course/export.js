// A widget of an exported page in its place.

function show(widget, state, place) {
  const model = standIn(state), parts = widget(), el = document.createElement("div");
  parts.initialize?.({ model });
  place.replaceChildren(el);
  parts.render({ model, el });
}
