"""What JupyterLab does to a notebook before it saves it (named in `settings.py`)."""

OURS = "application/vnd.lessonlib.v1+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def drop_dead_views(model: dict, **_: object) -> None:
    """Drop the live view of each of our widgets from the file: reopened, it would say "model not found".

    The picture and the text beside it stay. The open page keeps its view; only the file changes.
    """
    if model["type"] != "notebook" or not model.get("content"):
        return
    for cell in model["content"]["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if OURS in data:
                data.pop(VIEW, None)
