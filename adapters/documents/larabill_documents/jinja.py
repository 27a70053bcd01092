"""The `Documents` port on Jinja2's immutable sandbox.

Templates are files of this package: no customer's or operator's text is ever compiled, it is only ever a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_documents import formats, texts
from larabill_documents.plain import plain

TEMPLATES = Path(__file__).with_name("templates")

_NAME = re.compile(r"(?:[a-z0-9_]+/)?[a-z0-9_]+(?:\.(?:html|txt))?")


class JinjaDocuments:
    """Renders the templates of a folder; our own unless another is given."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            autoescape=lambda name: not (name or "").endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        # `lipsum`, `cycler` and their like lead to Python's own functions; no template of ours needs them
        self._environment.globals = {}
        self._environment.filters["country"] = formats.country

    def render(self, template: str, context: Mapping[str, Any], *, language: str) -> str:
        """HTML; plain text for a name that ends in `.txt`. "invoice" means "invoice.html".

        Unknown languages fall back to English. Raises `InvalidInput` for a context that is not plain or lacks a value,
        `ConfigurationError` for a template that does not exist or does not compile.
        """
        name = template if "." in template else f"{template}.html"
        if not _NAME.fullmatch(name):
            raise ConfigurationError.one("template", "is not the name of a template", template)
        words = texts.for_language(language)
        data = {**plain(context), "t": words, "language": words["language"]}
        try:
            return self._environment.get_template(name).render(data)
        except TemplateNotFound as problem:
            raise ConfigurationError.one("template", "does not exist", template) from problem
        except UndefinedError as problem:
            raise InvalidInput.one("context", f"{template} needs more: {problem.message}") from problem
        except TemplateError as problem:
            raise ConfigurationError.one("template", f"cannot be rendered: {problem}", template) from problem
