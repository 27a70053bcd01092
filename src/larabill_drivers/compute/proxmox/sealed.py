"""What a clone is to become is kept in its description, sealed, until it can be told so.

While Proxmox clones, a guest takes no configuration; when it is done, a worker polls that knows no password. So the
clone carries its own orders. They are encrypted and signed under the token's secret (Fernet, its key by HKDF-SHA256
for this one ref), and overwritten by the very call that carries them out.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from larabill_core.privacy import Secret

PREFIX = "larabill:"


def seal(params: Mapping[str, str], ref: str, secret: Secret, now: datetime) -> str:
    """The description of a clone."""
    token = _box(ref, secret).encrypt_at_time(msgspec.json.encode(dict(params)), int(now.timestamp()))
    return PREFIX + token.decode()


def unseal(description: str, ref: str, secret: Secret) -> dict[str, str] | None:
    """The parameters; None when there are none, or none that we have sealed for `ref` under this secret."""
    text = description.strip()
    if not text.startswith(PREFIX):
        return None
    try:
        plain = _box(ref, secret).decrypt(text.removeprefix(PREFIX).encode())
    except InvalidToken:
        return None
    return msgspec.json.decode(plain, type=dict[str, str])


def _box(ref: str, secret: Secret) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=ref.encode(), info=b"larabill proxmox").derive(
        secret.reveal().encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
