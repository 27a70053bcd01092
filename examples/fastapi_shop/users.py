"""The shop's own accounts and sessions, as any application has them. LaraBill knows nothing of passwords."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

TABLES = """
CREATE TABLE IF NOT EXISTS users (email TEXT PRIMARY KEY, salt BLOB, hash BLOB, customer TEXT);
CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, customer TEXT);
"""


class Users:
    """In one SQLite file. A session is a random word, of which the digest is kept."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(sqlite3.connect(file)) as db:
            db.executescript(TABLES)

    def sign_up(self, email: str, password: str, new_customer: Callable[[], UUID]) -> str | None:
        """A session; None when the address is taken. The customer is made once it is known to be free."""
        salt = secrets.token_bytes(16)
        with closing(sqlite3.connect(self._file)) as db, db:
            user = (email.lower(), salt, _hash(password, salt))
            if not db.execute("INSERT OR IGNORE INTO users VALUES (?, ?, ?, NULL)", user).rowcount:
                return None
            customer = str(new_customer())
            db.execute("UPDATE users SET customer = ? WHERE email = ?", (customer, email.lower()))
            return _session(db, customer)

    def log_in(self, email: str, password: str) -> str | None:
        """A session; None when address or password is wrong, after the same work."""
        with closing(sqlite3.connect(self._file)) as db, db:
            found = db.execute("SELECT salt, hash, customer FROM users WHERE email = ?", (email.lower(),)).fetchone()
            salt, known, customer = found or (b"", b"", "")
            return _session(db, customer) if secrets.compare_digest(_hash(password, salt), known) else None

    def customer_of(self, session: str) -> UUID | None:
        """Who is logged in."""
        with closing(sqlite3.connect(self._file)) as db:
            found = db.execute("SELECT customer FROM sessions WHERE digest = ?", (_digest(session),)).fetchone()
        return UUID(found[0]) if found else None


def _session(db: sqlite3.Connection, customer: str) -> str:
    text = secrets.token_urlsafe(32)
    db.execute("INSERT INTO sessions VALUES (?, ?)", (_digest(text), customer))
    return text


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
