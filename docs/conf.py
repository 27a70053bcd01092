"""Sphinx: the documentation is Markdown (MyST), shown by furo."""

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

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


def setup(app: Sphinx) -> None:
    """Diagrams are drawn where the Markdown is read (GitHub draws Mermaid); in HTML their text is shown."""
    app.add_lexer("mermaid", TextLexer)
