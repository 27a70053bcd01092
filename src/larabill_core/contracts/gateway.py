"""Payment gateways. Amounts are Decimal in major units of `currency`; a gateway translates to its own minor units.

Outcomes of `charge`: `Done(ref=transaction, facts={"state": "captured"|"authorised", "amount", "currency"})`, `Pending`
(a delayed method), `Failed` (declined: nothing was taken; `code` is the gateway's), `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from larabill_core.contracts.outcome import Outcome
from larabill_core.errors import InvalidInput
from larabill_core.money import exponent, parse_decimal


class DeclineClass(StrEnum):
    """Whether the same method may pay later. HARD: never, the customer has to act. SOFT: perhaps. UNKNOWN: not said."""

    HARD = "hard"
    SOFT = "soft"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class ChargeRequest:
    """One payment. `method` is the reference of a stored method at the gateway: never card data."""

    ref: str
    key: str
    amount: Decimal
    currency: str
    method: str
    invoice: str
    capture: bool = True
    metadata: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class RefundRequest:
    """Give back `amount` of the payment that the gateway knows as `transaction`."""

    ref: str
    key: str
    transaction: str
    amount: Decimal
    currency: str


@attrs.frozen(kw_only=True)
class Settlement:
    """What a gateway made of a transaction in our balance there: `amount` before its `fee`, both in `currency`.

    The currency is the transaction's own unless the gateway exchanged it. Raises `InvalidInput` for what is no amount.
    """

    amount: Decimal
    currency: str
    fee: Decimal = Decimal(0)

    def __attrs_post_init__(self) -> None:
        places = exponent(self.currency)
        parse_decimal(self.amount, places=places, path="settlement.amount", minimum=0)
        parse_decimal(self.fee, places=places, path="settlement.fee", minimum=0)
        if not self.amount:
            raise InvalidInput.one("settlement.amount", "must be more than 0", self.amount)

    def facts(self) -> dict[str, str]:
        """As facts of an outcome."""
        return {
            "settled_amount": str(self.amount),
            "settled_currency": self.currency,
            "settled_fee": str(self.fee),
        }


def settlement_of(facts: Mapping[str, str]) -> Settlement | None:
    """The settlement that an outcome tells; None when it tells none, or none that can be read."""
    try:
        return Settlement(
            amount=Decimal(facts["settled_amount"]),
            currency=facts["settled_currency"],
            fee=Decimal(facts.get("settled_fee", "0")),
        )
    except (KeyError, InvalidOperation, InvalidInput):
        return None


@attrs.frozen(kw_only=True)
class GatewayTransaction:
    """A line of the gateway's own list. `kind` is "payment" or "refund"; `ref` is ours.

    `state` of a payment: pending, authorised, captured or released; of a refund: pending, succeeded or failed.
    """

    kind: str
    ref: str
    transaction: str
    state: str
    amount: Decimal
    currency: str
    settlement: Settlement | None = None


@attrs.frozen(kw_only=True)
class GatewayDispute:
    """A payment that the customer had their bank call back. `transaction` is the payment's.

    `state`: opened, under_review, won or lost (by us). `fee` is what the dispute costs us, in the same currency.
    """

    dispute: str
    transaction: str
    state: str
    amount: Decimal
    currency: str
    fee: Decimal = Decimal(0)
    reason: str = ""
    respond_by: datetime | None = None


@runtime_checkable
class PaymentGateway(Protocol):
    def charge(self, request: ChargeRequest) -> Outcome: ...

    def capture(self, request: ChargeRequest, transaction: str) -> Outcome:
        """Take what was authorised as `transaction`."""
        ...

    def release(self, request: ChargeRequest, transaction: str) -> Outcome:
        """Let an authorisation go."""
        ...

    def refund(self, request: RefundRequest) -> Outcome: ...


@runtime_checkable
class CanFindTransaction(Protocol):
    """Apart from `PaymentGateway`, because a gateway that cannot look up is one too: its unknowns go to a person."""

    def find_transaction(self, ref: str) -> GatewayTransaction | None:
        """The payment or refund that carries our `ref`; None only when the gateway says that there is none.

        What was declined took no money and is none.

        Raises `RetryLater` when the gateway cannot be asked now.
        """
        ...


@runtime_checkable
class CanFindDispute(Protocol):
    """For gateways whose disputes can be looked up; of others the verified event is believed when everything fits."""

    def find_dispute(self, dispute: str) -> GatewayDispute | None:
        """The dispute of this id; None only when the gateway says that there is none.

        Raises `RetryLater` when the gateway cannot be asked now.
        """
        ...


@runtime_checkable
class GatewayListing(Protocol):
    def list_transactions(self, since: datetime) -> Iterable[GatewayTransaction]: ...


@runtime_checkable
class ClassifiesDeclines(Protocol):
    """Of a gateway that does not, all declines are of unknown class."""

    declines: Mapping[str, DeclineClass]
    """What the gateway's codes mean. Where it gives several for one decline, they come joined by ": ", first the one
    that decides."""
