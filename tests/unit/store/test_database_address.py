from __future__ import annotations

import pytest

from aggregator.errors import UsageError
from aggregator.store.postgres.server import Server


@pytest.mark.parametrize("login", ["user:p@ss/word", "user:pa/ss/word", "user:p@word", "us@er:word"])
def test_a_password_with_signs_of_addresses_is_not_shown_as_the_host_or_the_database(login: str) -> None:
    with pytest.raises(UsageError, match="written as %XX") as refused:
        Server(f"postgresql://{login}@db.example:5432/wire")
    assert "word" not in str(refused.value).lower().replace("password", "")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgresql://one,two:5433/wire", "one or two:5433"),
        ("postgresql://one:5432,two:5433/wire", "one:5432 or two:5433"),
        ("postgresql://one,two/wire?port=5433", "one:5433 or two:5433"),
        ("postgresql:///wire", "the local socket"),
    ],
)
def test_each_server_of_an_address_is_named(address: str, name: str) -> None:
    assert Server(address).name == f"PostgreSQL at {name}, database wire"


def test_signs_written_as_asked_are_parts_of_the_password() -> None:
    server = Server("postgresql://user:p%40ss%2Fword@db.example:5432/wire?options=-csearch_path%3Da@b")
    assert (server.parts["password"], server.name) == (
        "p@ss/word",
        "PostgreSQL at db.example:5432, database wire",
    )


@pytest.mark.parametrize(
    ("wanted", "asked"), [("read-write", "primary"), ("standby", "standby"), ("prefer-standby", "prefer-standby")]
)
def test_readers_ask_for_the_server_that_the_address_asks_for(wanted: str, asked: str) -> None:
    """What can be written is the primary, since readers' sessions cannot write anywhere; who wants a replica gets one."""
    server = Server(f"postgresql://one,two/wire?target_session_attrs={wanted}")
    assert f"target_session_attrs={asked}" in server.address("web", read_only=True).split()
    assert f"target_session_attrs={wanted}" in server.address("worker").split()
