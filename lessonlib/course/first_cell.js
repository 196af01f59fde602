// JupyterLab, opened on the first lesson, runs its first cell by itself, so that the living tree is alive at once.
//
// It runs two lines that it knows by heart, in that one notebook, and nothing else: a cell that was changed waits for
// Shift + Enter like any other. `jupyter labextension disable lessonlib-first-cell` turns it off.
// Written by hand in the form in which JupyterLab loads extensions, so that there is no build step.

const PAGE = /(^|\/)notebooks\/00_start_here\.ipynb$/;
const SOURCE = "from lessonlib.widgets import LivingTree\n\nLivingTree()";

const plugin = {
  id: "lessonlib-first-cell:plugin",
  autoStart: true,
  activate(app) {
    const seen = new WeakSet();
    const look = async () => {
      const panel = app.shell.currentWidget, context = panel?.context;
      if (!context?.path || !PAGE.test(context.path) || !panel.sessionContext || seen.has(panel)) return;
      seen.add(panel);
      await context.ready;
      await panel.sessionContext.ready;
      await panel.revealed;
      const book = panel.content, index = book.widgets.findIndex((cell) => cell.model.type === "code");
      const cell = book.widgets[index];
      if (!cell || cell.model.sharedModel.getSource().trim() !== SOURCE || cell.node.querySelector(".ll-tree")) return;
      book.activeCellIndex = index;
      await app.commands.execute("notebook:run-cell");
      book.node.scrollTop = 0;
    };
    app.restored.then(() => {
      app.shell.currentChanged?.connect(look);
      look();
    });
  },
};

(window._JUPYTERLAB ??= {})["lessonlib-first-cell"] = {
  init: () => {},
  get: async () => () => ({ __esModule: true, default: plugin }),
};
