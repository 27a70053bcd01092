"""Write the typed client from the OpenAPI document of all installed modules: `python tools/generate_client.py`.

`larabill_client/models/` gets a class for each component that an operation sends or answers, and
`larabill_client/api/` a method for each operation; one file for each tag, and what several tags use in `shared.py`.
"""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from larabill_core.http.openapi import openapi
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_core.module import installed_modules

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "adapters/client/larabill_client"
HEAD = '"""{what}. Written by tools/generate_client.py; do not edit."""\n\nfrom __future__ import annotations\n\n'
_FORMATS = {"date": "date", "date-time": "datetime", "uuid": "UUID"}
_PLAIN = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_IMPORTS = {
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "TypeAlias": "from typing import TypeAlias",
    "Iterator": "from collections.abc import Iterator",
    "Mapping": "from collections.abc import Mapping",
    "Sequence": "from collections.abc import Sequence",
    "UUID": "from uuid import UUID",
    "date": "from datetime import date",
    "datetime": "from datetime import datetime",
    "msgspec": "import msgspec",
    "File": "from larabill_client.transport import File",
    "Transport": "from larabill_client.transport import Transport",
    "_part": "from larabill_client.transport import _part",
}


@attrs.frozen
class Operation:
    """One row of the document."""

    method: str
    path: str
    row: Mapping[str, Any]

    @property
    def tag(self) -> str:
        return str(self.row["tags"][0]).replace("-", "_")

    @property
    def answer(self) -> Mapping[str, Any]:
        """The content of what it answers when all is well."""
        good = next(answer for status, answer in self.row["responses"].items() if status < "300")
        content: Mapping[str, Any] = good.get("content", {})
        return content

    @property
    def body(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = self.row.get("requestBody", {}).get("content", {})
        return content

    def parameters(self, where: str) -> dict[str, Any]:
        return {each["name"]: each for each in self.row["parameters"] if each["in"] == where}


class Generator:
    """The files of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.components: Mapping[str, Any] = document["components"]["schemas"]
        self.operations = [
            Operation(method.upper(), path, row)
            for path, methods in document["paths"].items()
            for method, row in methods.items()
        ]
        self.tags: dict[str, set[str]] = {}
        self.marks: dict[str, tuple[str, str]] = {}
        for operation in self.operations:
            contents = [each["schema"] for content in (operation.answer, operation.body) for each in content.values()]
            self._reach([contents, [each["schema"] for each in operation.row["parameters"]]], operation.tag)

    def _reach(self, node: Any, tag: str) -> None:
        """Note which tags use a component, and under which mark it stands in a union."""
        if isinstance(node, list | tuple):
            for each in node:
                self._reach(each, tag)
        elif isinstance(node, dict):
            for mark, ref in node.get("discriminator", {}).get("mapping", {}).items():
                self.marks[_name(ref)] = (node["discriminator"]["propertyName"], mark)
            if "$ref" in node:
                tags = self.tags.setdefault(_name(node["$ref"]), set())
                if tag not in tags:
                    tags.add(tag)
                    self._reach(self.components[_name(node["$ref"])], tag)
            self._reach([value for key, value in node.items() if key not in ("discriminator", "default")], tag)

    def files(self) -> Iterator[tuple[str, str]]:
        """Path in the package, and text."""
        yield "models/__init__.py", '"""What the API takes and answers. Written by tools/generate_client.py."""\n'
        homes = {name: next(iter(tags)) if len(tags) == 1 else "shared" for name, tags in self.tags.items()}
        for home in sorted(set(homes.values())):
            mine = sorted(
                (name for name in homes if homes[name] == home),
                key=lambda name: ("enum" not in self.components[name], name),
            )
            text = "\n\n".join(self._component(name) for name in mine)
            yield f"models/{home}.py", self._file(f"What the API takes and answers: {home}", text, homes, home)
        tags = sorted({operation.tag for operation in self.operations})
        for tag in tags:
            methods = [part for each in self.operations if each.tag == tag for part in self._methods(each)]
            doc = f'    """Operations under /{tag.replace("_", "-")}."""\n'
            text = f"class {_camel(tag)}Api(Transport):\n{doc}\n" + "\n".join(methods)
            yield f"api/{tag}.py", self._file(f"Operations of the API: {tag}", text, homes, "")
        yield "api/__init__.py", _client(tags)

    def _file(self, what: str, text: str, homes: Mapping[str, str], home: str) -> str:
        words = set(re.findall(r"\w+", re.sub(r'"""(?s:.*?)"""', "", text)))
        lines = {line for word, line in _IMPORTS.items() if word in words}
        lines |= {
            f"from larabill_client.models.{homes[name]} import {name}"
            for name in homes
            if name in words and homes[name] != home
        }
        return HEAD.format(what=what) + "\n".join(sorted(lines)) + "\n\n" + text

    def _component(self, name: str) -> str:
        schema = self.components[name]
        if "enum" in schema:
            return f"{name}: TypeAlias = {self._type(schema)}"
        if schema.get("type") != "object" or "properties" not in schema:
            raise ValueError(f"component {name} is of a kind that this generator does not know: {schema}")
        mark = self.marks.get(name)
        tagged = f", tag_field={mark[0]!r}, tag={mark[1]!r}" if mark else ""
        head = f"class {name}(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True{tagged}):\n"
        required = schema.get("required", ())
        fields = [
            self._field(field, of, field in required)
            for field, of in schema["properties"].items()
            if mark is None or field != mark[0]
        ]
        return head + _doc(schema.get("description", ""), 4) + "\n" + "".join(f"    {field}\n" for field in fields)

    def _field(self, name: str, schema: Mapping[str, Any], required: bool) -> str:
        kind, own = self._type(schema), _identifier(name)
        if required:
            return f"{own}: {kind}" + (f" = msgspec.field(name={name!r})" if own != name else "")
        default = schema.get("default")
        text = "()" if default == [] else repr(default)
        if default is None and "None" not in kind:
            kind += " | None"
        if default == {}:
            text = "msgspec.field(default_factory=dict)"
        elif isinstance(default, dict) and kind in self.components:
            text = f"msgspec.field(default_factory=lambda: {kind}())"  # left out, so that the API's own default counts
        elif isinstance(default, dict | list) and default:
            raise ValueError(f"field {name} has a default that this generator does not know: {default}")
        elif own != name:
            text = f"msgspec.field(name={name!r}, default={text})"
        return f"{own}: {kind} = {text}"

    def _type(self, schema: Mapping[str, Any]) -> str:
        if "$ref" in schema:
            return _name(schema["$ref"])
        if "enum" in schema:
            return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
        if "anyOf" in schema:
            kinds = dict.fromkeys(self._type(each) for each in schema["anyOf"])
            return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
        match schema.get("type"):
            case None:
                return "Any"
            case "string":
                return _FORMATS.get(schema.get("format", ""), "str")
            case "array":
                return f"Sequence[{self._type(schema.get('items', {}))}]"
            case "object" if "properties" not in schema:
                of = schema.get("additionalProperties", {})
                return f"Mapping[str, {self._type(of) if isinstance(of, dict) else 'Any'}]"
            case str(kind) if kind in _PLAIN:
                return _PLAIN[kind]
        raise ValueError(f"a schema of a kind that this generator does not know: {schema}")

    def _methods(self, operation: Operation) -> Iterator[str]:
        """The method, and the one that goes through all pages of a list."""
        path, query = operation.parameters("path"), operation.parameters("query")
        headers = operation.parameters("header")
        raw = "*/*" in operation.body
        first = [f"{_identifier(name)}: str" for name in path]
        first += [f"body: {self._type(each['schema'])}" for kind, each in operation.body.items() if kind != "*/*"]
        first += ["content: bytes"] if raw else []
        named = self._query(query)
        named += ["version: int"] if "If-Match" in headers else []
        named += ["idempotency_key: str | None = None"] if "Idempotency-Key" in headers else []
        named += ["headers: Mapping[str, str] | None = None"] if raw else []
        send, answer, start = self._sent(operation)
        asked = [f'"{operation.method}"', _path(operation.path)]
        asked += [f"query={{{', '.join(f'{name!r}: {_identifier(name)}' for name in query)}}}"] if query else []
        asked += ["body=body"] if operation.body and not raw else []
        asked += ["content=content", "headers=headers"] if raw else []
        asked += ["keyed=True", "key=idempotency_key"] if "Idempotency-Key" in headers else []
        asked += ["version=version"] if "If-Match" in headers else []
        name = operation.row["operationId"]
        yield (
            f"    def {name}({_signature(first, named)}) -> {answer}:\n"
            + _doc(_said(operation), 8)
            + f"        {start}self.{send}({', '.join([*([answer] if send == '_ask' else []), *asked])})\n"
        )
        if "after" in query and send == "_ask":
            yield self._pages(operation, name, first, list(path), query, answer)

    def _query(self, query: Mapping[str, Any]) -> list[str]:
        return [
            f"{_identifier(name)}: {self._type(each['schema'])}" + ("" if each["required"] else " | None = None")
            for name, each in sorted(query.items(), key=lambda item: not item[1]["required"])
        ]

    def _sent(self, operation: Operation) -> tuple[str, str, str]:
        """How it is sent, what comes back, and what stands before the call."""
        for kind, content in operation.answer.items():
            if kind == "*/*":
                return "_fetch", "File", "return "
            return "_ask", self._type(content["schema"]), "return "
        return "_send", "None", ""

    def _pages(
        self, operation: Operation, name: str, first: list[str], path: list[str], query: Mapping[str, Any], answer: str
    ) -> str:
        item = self._type(self.components[answer]["properties"]["items"]["items"])
        rest = {key: each for key, each in query.items() if key not in ("after", "limit")}
        named = self._query(rest)
        given = [*map(_identifier, path), "after=after", *(["limit=100"] if "limit" in query else [])]
        given += [f"{_identifier(key)}={_identifier(key)}" for key in rest]
        plural = re.sub("^(list|get)_", "", name)
        return (
            f"    def all_{plural}({_signature(first, named)}) -> Iterator[{item}]:\n"
            f'        """Every item of `{name}`, page by page as it is asked for."""\n'
            "        after: str | None = None\n"
            "        while True:\n"
            f"            page = self.{name}({', '.join(given)})\n"
            "            yield from page.items\n"
            "            after = page.next\n"
            "            if after is None:\n"
            "                return\n"
        )


def _client(tags: list[str]) -> str:
    imports = "\n".join(f"from larabill_client.api.{tag} import {_camel(tag)}Api" for tag in tags)
    bases = ", ".join(f"{_camel(tag)}Api" for tag in tags)
    doc = _doc("Every operation of the API, as a method named like its operationId.", 4)
    return HEAD.format(what="The whole API") + f"{imports}\n\n\nclass Client({bases}):\n{doc}"


def _signature(first: list[str], named: list[str]) -> str:
    return ", ".join(["self", *first, *(["*", *named] if named else [])])


def _said(operation: Operation) -> str:
    ability = operation.row.get("x-ability")
    needs = f"\n\nNeeds `{ability}`." if ability else ""
    return f"{operation.row['summary']}.{needs}"


def _doc(text: str, indent: int) -> str:
    """A docstring in lines of 120."""
    space = " " * indent
    paragraphs = [textwrap.fill(part, 112 - indent) for part in text.replace("\\", "\\\\").split("\n\n")]
    body = "\n\n".join(paragraphs) or "No more is said of it."
    end = "\n" if "\n" in body or body.endswith('"') else ""
    return textwrap.indent(f'"""{body}{end}"""', space) + "\n"


def _path(path: str) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda found: f"{{_part({_identifier(found[1])})}}", path)
    return f'f"{filled}"' if filled != path else f'"{path}"'


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _camel(tag: str) -> str:
    return "".join(word.capitalize() for word in tag.split("_"))


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def generate() -> dict[str, str]:
    """The text of each file, by its path in the package."""
    document = openapi(Table([KERNEL, *installed_modules().values()]), version="")
    return _formatted(dict(Generator(document).files()))


def _formatted(files: Mapping[str, str]) -> dict[str, str]:
    """As ruff wants them; each of its two commands is started once for all of them."""
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--config", str(ROOT / "pyproject.toml"), "--quiet", "--no-cache"]
    ours = 'lint.isort.known-first-party = ["larabill_client"]'
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), files)
        for command in (["check", "--select=I", "--fix-only", "--config", ours], ["format"]):
            subprocess.run([*ruff, *command, *rules, folder], check=True)
        return {name: (Path(folder) / name).read_text(encoding="utf-8") for name in files}


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def write() -> None:
    """Put the files in the place of those that are there."""
    made = generate()
    for folder in ("api", "models"):
        shutil.rmtree(PACKAGE / folder, ignore_errors=True)
    _write(PACKAGE, made)


if __name__ == "__main__":
    write()
