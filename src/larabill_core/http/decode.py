"""Bodies, queries and path parameters into wire types, strictly, with every fault at once.

Strict: JSON in UTF-8 only, no field twice, no NaN, no unknown field, "5" is no number and 1 is no true. Numbers with a
fraction are never read: amounts are text.
"""

from __future__ import annotations

import difflib
import json
import re
import types
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from larabill_core.errors import InvalidInput, NotFound, shown
from larabill_core.http.endpoint import KIND_PREFIX, Endpoint
from larabill_core.http.problems import FieldError, HttpError, pointer_of, pointer_to
from larabill_core.ids import parse_public_id
from larabill_core.privacy import is_secret_key

T = TypeVar("T")
Where = tuple[str | int, ...]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,9})")
_PLACE = re.compile(r" - at `\$([^`]*)`$")


def path_values(endpoint: Endpoint, given: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of the path. Raises `NotFound` for what can name nothing, as for what is not there (B01)."""
    values: dict[str, Any] = {}
    for name in endpoint.parameters:
        text = given.get(name, "")
        prefix = KIND_PREFIX.get(name)
        if prefix is None:
            if not _NAME.fullmatch(text):
                raise NotFound(name.replace("_", " "), shown(text))
            values[name] = text
            continue
        try:
            values[name] = parse_public_id(text, prefix, name)
        except InvalidInput:
            raise NotFound(name.replace("_", " "), shown(text)) from None
    return values


def read_body(kind: type[T], body: bytes) -> T:
    """The body. Raises `HttpError`: 400 for what is no JSON, 422 with every fault of what is."""
    try:
        data = json.loads(
            body.decode("utf-8"), object_pairs_hook=_no_field_twice, parse_float=Decimal, parse_constant=_no_constant
        )
    except RecursionError:
        raise HttpError(400, "malformed", "the body is nested too deeply") from None
    except ValueError as problem:
        raise HttpError(400, "malformed", f"the body is no JSON: {_short(problem)}") from None
    faults: list[FieldError] = []
    made = _made(kind, data, faults)
    if faults:
        raise HttpError(422, "invalid-input", "the body breaks a rule", tuple(faults))
    return made  # type: ignore[no-any-return]


def read_query(kind: type[T], query: str) -> T:
    """The query. Raises `HttpError` 422 with every fault: unknown, repeated, or of the wrong form."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise HttpError(400, "malformed", "the query string cannot be read") from None
    faults: list[FieldError] = []
    fields, hints = _fields(kind)  # type: ignore[arg-type]  # a class is hashable
    data: dict[str, Any] = {}
    for name, text in pairs:
        if name in data:
            faults.append(FieldError(parameter=name[:60], detail="is given twice"))
        elif name not in fields:
            faults.append(FieldError(parameter=name[:60], detail="is not known", remedy=_nearest(name, fields)))
        data[name] = _typed(fields[name].type, text) if name in fields else text
    for name, field in fields.items():
        if name not in data:
            if field.required:
                faults.append(FieldError(parameter=name, detail="is missing"))
            continue
        try:
            msgspec.convert(data[name], hints[field.name])
        except msgspec.ValidationError as problem:
            faults.append(FieldError(parameter=name, detail=_said(problem), value=shown(data[name])))
    if faults:
        raise HttpError(422, "invalid-input", "the query breaks a rule", tuple(faults))
    return msgspec.convert(data, kind)


@cache
def _fields(kind: type[Any]) -> tuple[Mapping[str, inspect.Field], Mapping[str, Any]]:
    """The fields of a Struct by their name on the wire, and their types by their own."""
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{kind} is no Struct")
    return {field.encode_name: field for field in info.fields}, get_type_hints(kind, include_extras=True)


def _typed(info: inspect.Type, text: str) -> Any:
    """Text of a query as the JSON value that it stands for, where that is clear."""
    kinds = info.types if isinstance(info, inspect.UnionType) else (info,)
    if any(isinstance(kind, inspect.BoolType) for kind in kinds) and text in ("true", "false"):
        return text == "true"
    if any(isinstance(kind, inspect.IntType) for kind in kinds) and _WHOLE.fullmatch(text):
        return int(text)
    return text


def _made(kind: Any, data: Any, faults: list[FieldError]) -> Any:
    """The quick way for what is right; the thorough one for what is not, since msgspec stops at the first fault."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError:
        _collect(kind, data, (), faults)
    except RecursionError:
        faults.append(FieldError(pointer="", detail="is nested too deeply"))
    return None


def _collect(kind: Any, data: Any, at: Where, faults: list[FieldError]) -> None:
    kind = _meant(kind, data)
    bare = _meant(get_args(kind)[0], data) if get_origin(kind) is Annotated else kind
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(data, dict):
        _collect_fields(bare, data, at, faults)
        return
    before = len(faults)
    if get_origin(bare) in (list, tuple) and isinstance(data, list):
        for index, item in enumerate(data):
            _collect(get_args(bare)[0], item, (*at, index), faults)
    if len(faults) == before:
        _convert(kind, data, at, faults)


def _convert(kind: Any, data: Any, at: Where, faults: list[FieldError]) -> None:
    try:
        msgspec.convert(data, kind)
    except msgspec.ValidationError as problem:
        secret = any(isinstance(step, str) and is_secret_key(step) for step in at)
        value = "" if secret or isinstance(data, dict | list) else shown(data)
        place = _PLACE.search(str(problem))
        within = pointer_of(place[1]) if place else ""
        faults.append(FieldError(pointer=pointer_to(at) + within, detail=_said(problem), value=value))


def _collect_fields(kind: type[msgspec.Struct], data: dict[str, Any], at: Where, faults: list[FieldError]) -> None:
    fields, hints = _fields(kind)
    for name in data:
        if name not in fields and name != kind.__struct_config__.tag_field:
            remedy = _nearest(name, fields)
            faults.append(FieldError(pointer=pointer_to((*at, name[:60])), detail="is not known", remedy=remedy))
    for name, field in fields.items():
        if name in data:
            _collect(hints[field.name], data[name], (*at, name), faults)
        elif field.required:
            faults.append(FieldError(pointer=pointer_to((*at, name)), detail="is missing"))


def _meant(kind: Any, data: Any) -> Any:
    """The type that the data claims to be: without None, and of several objects the one that its tag names."""
    if get_origin(kind) not in (Union, types.UnionType) or data is None:
        return kind
    rest = [choice for choice in get_args(kind) if choice is not type(None)]
    if isinstance(data, dict):
        for choice in rest:
            config = getattr(choice, "__struct_config__", None)
            if config is not None and config.tag_field and data.get(config.tag_field) == config.tag:
                return choice
    return rest[0] if len(rest) == 1 else kind


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name[:60], known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known)) or 'none'}"


def _said(problem: Exception) -> str:
    return _PLACE.sub("", str(problem)).replace("`", "")


def _short(problem: Exception) -> str:
    text = str(problem)
    return text if len(text) <= 120 and text.isprintable() else "it cannot be read"


def _no_field_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
