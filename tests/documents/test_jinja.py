from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_documents import JinjaDocuments
from larabill_documents.texts import TEXTS


def invoice(**changes: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "type": "invoice",
        "number": "INV-000012",
        "status": "issued",
        "issued_on": "1 Mar 2026",
        "due_on": "8 Mar 2026",
        "currency": "EUR",
        "purchase_order": "",
        "note": "",
        "terms": "",
        "preceding": None,
        "gross": "€41.18",
        "allowances": [],
        "paid": "",
        "net": "€41.18",
        "taxes": [{"name": "VAT", "rate": "19 %", "base": "€41.18", "tax": "€7.82", "reason": ""}],
        "total": "€49.00",
        "balance": "€49.00",
        "seller": {
            "name": "Nordlicht Hosting",
            "company": "",
            "address": ["Kai 4", "Hamburg"],
            "country": "DE",
            "tax_id": "DE123",
            "email": "billing@nordlicht.example",
            "phone": "",
            "registration": "HRB 7",
        },
        "buyer": {
            "name": "Mira Okafor",
            "company": "",
            "address": [],
            "country": "BE",
            "tax_id": "",
            "email": "",
            "phone": "",
            "registration": "",
        },
        "lines": [
            {
                "description": "Web hosting M",
                "period": "1 Mar 2026 – 31 Mar 2026",
                "quantity": "1",
                "unit_price": "€49.00",
                "amount": "€41.18",
                "explanation": "",
                "allowances": [],
            }
        ],
    }
    return {**context, **changes}


def render(context: Mapping[str, Any], template: str = "invoice", language: str = "en") -> str:
    return JinjaDocuments().render(template, context, language=language)


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """Renders a template text that an operator could have written."""

    def run(text: str, **context: Any) -> str:
        (tmp_path / "own.html").write_text(text)
        return JinjaDocuments(tmp_path).render("own", context, language="en")

    return run


def test_invoice_carries_every_term_of_the_standard() -> None:
    html = render(invoice())
    for term in ("INV-000012", "1 Mar 2026", "8 Mar 2026", "Nordlicht Hosting", "Mira Okafor", "Germany"):
        assert term in html
    for term in ("Web hosting M", "31 Mar 2026", "€49.00", "Amount due", "Open", "DE123"):
        assert term in html


def test_invoice_loads_nothing_from_elsewhere() -> None:
    html = render(invoice())
    for sign in ("http:", "https:", "url(", "@import", "<script", "<img", "<link", "src="):
        assert sign not in html


def test_document_speaks_the_language_of_the_customer() -> None:
    html = render(invoice(), language="de-AT")
    assert "Rechnungsnummer" in html
    assert "Deutschland" in html


def test_unknown_language_falls_back_to_english() -> None:
    assert render(invoice(), language="tlh") == render(invoice(), language="en")


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_has_every_word(language: str) -> None:
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    assert all(TEXTS[language].values())


@pytest.mark.parametrize(
    "attack",
    [
        "{{7*7}}",
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(seller) }}",
        "{{ x|attr('__class__') }}",
        "{% include 'invoice.html' %}",
        "{% import 'os' as os %}",
    ],
)
def test_data_of_a_customer_is_never_compiled(attack: str) -> None:
    name = {**invoice()["buyer"], "name": attack}
    text = render(invoice(buyer=name, service=attack, facts={}), "mail/access.txt")
    assert attack in text
    assert "49" not in text.replace(attack, "")


def test_values_are_escaped_in_html() -> None:
    buyer = {**invoice()["buyer"], "name": "<script>alert('1')</script>"}
    html = render(invoice(buyer=buyer))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler }}",
        "{{ seller.update({'name': 'x'}) }}",
        "{{ '{0.__class__}'.format(seller) }}",
        "{{ self.__init__.__globals__ }}",
    ],
)
def test_templates_cannot_leave_the_sandbox(own: Any, template: str) -> None:
    with pytest.raises((InvalidInput, ConfigurationError)):
        own(template, seller={"name": "Nordlicht"})


class Text(str):
    secret = "canary"


@pytest.mark.parametrize("value", [SimpleNamespace(secret="canary"), Text("x"), 1.5, b"x", object, {1: "x"}])
def test_objects_never_reach_a_template(own: Any, value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"seller\.name") as caught:
        own("{{ '{0.secret}'.format(seller.name) }}", seller={"name": value})
    assert "canary" not in str(caught.value)


def test_data_nested_without_end_is_refused(own: Any) -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    with pytest.raises(InvalidInput, match="not plain data"):
        own("x", loop=loop)


def test_missing_value_is_an_error_and_not_an_empty_place() -> None:
    context = invoice()
    del context["due_on"]
    with pytest.raises(InvalidInput, match="due_on"):
        render(context)


@pytest.mark.parametrize("name", ["nothing", "../jinja", "/etc/passwd", "mail/../invoice", "invoice.py", "INVOICE"])
def test_only_templates_of_the_folder_are_found(name: str) -> None:
    with pytest.raises(ConfigurationError, match="template"):
        render(invoice(), name)


@pytest.mark.parametrize("mail", ["reminder", "receipt"])
@pytest.mark.parametrize("ending", ["html", "txt"])
def test_mail_names_the_invoice_and_what_is_due(mail: str, ending: str) -> None:
    text = render(invoice(), f"mail/{mail}.{ending}")
    assert "INV-000012" in text
    assert "€49.00" in text
    assert "Mira Okafor" in text


def test_mail_about_access_holds_public_facts_only() -> None:
    facts = {"address": "192.0.2.7", "user_name": "lb7", "password": "canary"}
    text = render(invoice(service="Web M", facts=facts), "mail/access.txt")
    assert "192.0.2.7" in text
    assert "lb7" in text
    assert "canary" not in text
