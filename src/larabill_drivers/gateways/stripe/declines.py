"""What the words of Stripe for a decline mean: whether the same method may pay later.

Advice codes decide, since Stripe gives there what its decline codes no longer say; then the decline codes
(docs.stripe.com/declines/codes). The grouping is ours: Stripe names the codes and the next step, not a class. What
only the customer can mend (authentication, a wrong security code) is hard, because charging again mends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from larabill_core.contracts.gateway import DeclineClass

_HARD = """
confirm_card_data do_not_try_again
authentication_required card_not_supported currency_not_supported expired_card fraudulent highest_risk_level
incorrect_cvc incorrect_number incorrect_pin invalid_account invalid_cvc invalid_expiry_month invalid_expiry_year
invalid_number lost_card merchant_blacklist new_account_information_available offline_pin_required
online_or_offline_pin_required pickup_card pin_try_exceeded restricted_card revocation_of_all_authorizations
revocation_of_authorization security_violation stolen_card stop_payment_order transaction_not_allowed
"""

_SOFT = """
try_again_later
approve_with_id call_issuer card_velocity_exceeded do_not_honor generic_decline insufficient_funds issuer_not_available
no_action_taken not_permitted processing_error reenter_transaction service_not_allowed withdrawal_count_limit_exceeded
"""

DECLINES: Final[Mapping[str, DeclineClass]] = {
    **dict.fromkeys(_HARD.split(), DeclineClass.HARD),
    **dict.fromkeys(_SOFT.split(), DeclineClass.SOFT),
}
