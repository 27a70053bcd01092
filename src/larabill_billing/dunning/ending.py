"""The end of pauses, as it is written down."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.dunning.model import Pause, PauseKind
from larabill_billing.dunning.ports import DunningTx


def over(tx: DunningTx, found: Sequence[Pause], event: str, reason: str = "") -> list[Pause]:
    """They stand no more. Raises `IllegalTransition` for one that is over already."""
    ended = [each.after(event, tx.now) for each in found]
    tx.billing.pauses.save_many(ended)
    record_many(
        tx,
        [
            Change(
                subject_kind="pause",
                subject_id=new.id,
                action=event,
                before=old.status,
                after=new.status,
                reason=reason,
            )
            for old, new in zip(found, ended, strict=True)
        ],
    )
    return ended


def end_settled(tx: DunningTx, paid: Sequence[Pause], taken_back: Sequence[Pause] = ()) -> None:
    """Pauses whose invoice is settled: a promise was kept when it is paid."""
    promises = [each for each in paid if each.kind is PauseKind.PROMISE]
    over(tx, promises, "keep")
    over(tx, [*(each for each in paid if each not in promises), *taken_back], "end")
