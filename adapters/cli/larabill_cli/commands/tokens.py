"""`larabill tokens`: who may use `larabill serve`."""

from __future__ import annotations

from typing import Any

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.http.tokens import NewToken, create_token, revoke_token
from larabill_core.ids import parse_public_id, public_id
from larabill_core.ports.tokens import Token
from larabill_core.structure import duration


@click.group()
def tokens() -> None:
    """Tokens with which programs and people log in to `larabill serve`."""


@tokens.command()
@click.option("--role", "roles", multiple=True, metavar="NAME", help="A role of the manifest, or operator; repeatable.")
@click.option("--customer", metavar="CUS_ID", help="It stands for this customer; the role is then customer.")
@click.option("--name", default="", help="What it is for.")
@click.option("--expires", default="90d", show_default=True, metavar="DURATION", help="How long it counts.")
@seller_option
@json_option
@pass_session
def create(
    session: Session, roles: tuple[str, ...], customer: str | None, name: str, expires: str, seller: str | None
) -> None:
    """Make a token and show it, this once: only its digest is kept.

    Without --seller a token for staff is for all sellers.
    """
    customer_id = None if customer is None else parse_public_id(customer, "cus", "--customer")
    seller_id = None if customer_id is None and seller is None else session.seller(seller)
    if customer_id is not None:
        session.engine.billing.customers.get(seller_id, customer_id)
    new = NewToken(
        name=name,
        roles=roles or (("customer",) if customer else ()),
        seller_id=seller_id,
        customer_id=customer_id,
        valid_for=duration(expires, "--expires"),
    )
    token, text = session.engine.run(lambda tx: create_token(tx, new), actor=OPERATOR)
    if session.json:
        emit({**_fields(token), "token": text})
        return
    click.echo(text)
    click.echo(f"{public_id('tok', token.id)} counts until {token.expires_at:%Y-%m-%d %H:%M} UTC.", err=True)
    click.echo("Keep it now: it is not shown again.", err=True)


@tokens.command("list")
@click.option("--after", metavar="TOK_ID", help="Go on behind this token.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@json_option
@pass_session
def list_tokens(session: Session, after: str | None, limit: int) -> None:
    """Tokens by age, also those that count no more."""
    behind = None if after is None else parse_public_id(after, "tok", "--after")
    rows = [_fields(token) for token in session.engine.run(lambda tx: tx.tokens.page(after=behind, limit=limit))]
    if session.json:
        emit(rows)
        return
    names = ("id", "name", "roles", "customer", "expires_at", "last_used_at", "revoked_at")
    table("Tokens", names, [[", ".join(row[each]) if each == "roles" else row[each] for each in names] for row in rows])


@tokens.command()
@click.argument("token_id")
@json_option
@pass_session
def revoke(session: Session, token_id: str) -> None:
    """Let a token count no more, at once."""
    wanted = parse_public_id(token_id, "tok", "TOKEN_ID")
    session.engine.run(lambda tx: revoke_token(tx, wanted), actor=OPERATOR)
    if session.json:
        emit({"revoked": token_id})
    else:
        click.echo(f"{token_id} counts no more.")


def _fields(token: Token) -> dict[str, Any]:
    return {
        "id": public_id("tok", token.id),
        "name": token.name,
        "roles": list(token.roles),
        "seller": None if token.seller_id is None else public_id("sel", token.seller_id),
        "customer": None if token.customer_id is None else public_id("cus", token.customer_id),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
