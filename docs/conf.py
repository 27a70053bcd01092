"""Sphinx: the documentation is Markdown (MyST), shown by furo."""

project = "LaraBill"
author = "LaraBill contributors"
copyright = "LaraBill contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "LaraBill"
autodoc_typehints = "description"
exclude_patterns = ["_build"]
