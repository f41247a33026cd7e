"""Turns: what only one process may do at a time, on both databases."""

from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session


def take_turn(s: Session | Connection, name: str) -> None:
    """Returns once no other process has the turn called `name`; it ends with this write transaction.

    On PostgreSQL an advisory lock; on SQLite a write transaction is every turn already.
    """
    connection = s.connection() if isinstance(s, Session) else s
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
