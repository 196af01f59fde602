"""What a kernel says besides, where a cell asks for a name that no cell has made yet.

An extension of IPython, loaded in every kernel of the course's environment (settings.py names it). The error stays
what it is; a note below it says what is most likely to help.
"""

NOTE = (
    "`{}` is not there (yet). Most often a cell above has not been run, or the folded set-up at the top. "
    "In JupyterLab: Run › Run All Above Selected Cell, then this cell again."
)


def load_ipython_extension(shell) -> None:
    """Add the note to a NameError, and show it as any other error is shown."""
    shell.set_custom_exc((NameError,), _show)


def unload_ipython_extension(shell) -> None:
    shell.custom_exceptions = ()


def _show(shell, kind, error, trace, tb_offset=None) -> None:
    if kind is NameError and error.name and _is_of_a_cell(trace):  # not an UnboundLocalError, which is about a function
        error.add_note(NOTE.format(error.name))
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _is_of_a_cell(trace) -> bool:
    """Whether the name was looked up in a notebook, and not in a file of somebody's code."""
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_globals.get("__name__") == "__main__"
