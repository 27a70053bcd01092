"""Operations of the API: payment_methods. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.shared import PaymentMethodOut
from larabill_client.transport import Transport, _part


class PaymentMethodsApi(Transport):
    """Operations under /payment-methods."""

    def remove_payment_method(self, payment_method: str) -> None:
        """Forget a stored method.

        Needs `payment_methods.write`.
        """
        self._send("DELETE", f"/payment-methods/{_part(payment_method)}")

    def make_default_payment_method(self, payment_method: str) -> PaymentMethodOut:
        """Charge this method from now on.

        Needs `payment_methods.write`.
        """
        return self._ask(PaymentMethodOut, "POST", f"/payment-methods/{_part(payment_method)}/default")
