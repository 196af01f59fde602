"""What Sphinx is told. It reads this file with the folder of the sources as its working folder."""

from lessonlib.course.site import HERE, TITLE

project = TITLE
html_title = TITLE
author = "the authors of this course"
language = "en"
extensions = ["myst_nb", "lessonlib.course.site.extension"]
exclude_patterns = ["_static", "_extra"]

nb_execution_mode = "off"  # outputs are those that the lessons are committed with
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
myst_heading_anchors = 4
myst_heading_slug_func = "lessonlib.course.site.extension.slug"
myst_enable_extensions = ["dollarmath", "attrs_block"]
nitpicky = True

html_theme = "furo"
html_math_renderer = "mathml"
templates_path = [str(HERE / "templates")]
html_css_files = ["site.css", "first_pages.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("stand_in.js", "site.js", "practice.js")]
html_show_search_summary = False  # it reads pages over the network, and a page from a file may not
html_show_sourcelink = html_copy_source = html_show_sphinx = html_use_index = html_show_copyright = False
html_last_updated_fmt = None
