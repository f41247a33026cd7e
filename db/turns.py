"""Turns: what only one process may do at a time, on both databases."""

from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session


def take_turn_to_save(s: Session) -> None:
    """The turn in which articles and their changes are written.

    Whoever settles addresses in the same transaction saves before: holding their rows and waiting for the
    turn, while another has the turn and waits for the rows, would end one of the two.
    """
    take_turn(s, "save")


def take_turn(s: Session | Connection, name: str) -> None:
    """Returns once no other process has the turn called `name`; it ends with this write transaction.

    On PostgreSQL an advisory lock; on SQLite a write transaction is every turn already.
    """
    connection = s.connection() if isinstance(s, Session) else s
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
