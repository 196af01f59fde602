// For pages without a kernel, exported or on the site.

/** What stands in for Python: the traits of a widget, and who wants to know when one changes. */
function standIn(state) {
  const listeners = {};
  return {
    get: (name) => state[name],
    set: (name, value) => {
      if (state[name] === value) return;
      state[name] = value;
      [...(listeners[`change:${name}`] ?? [])].forEach((f) => f());
    },
    on: (event, f) => (listeners[event] ??= new Set()).add(f),
    off: (event, f) => listeners[event]?.delete(f),
    save_changes: () => {},
    send: () => {},
  };
}
