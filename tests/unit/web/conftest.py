from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from newsroom import NEWS, Newsroom


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Shared by the tests of a module that only read."""
    room = Newsroom(tmp_path_factory.mktemp("newsroom"))
    room.publish(*NEWS)
    yield room
    room.close()


@pytest.fixture
def client(newsroom: Newsroom) -> FlaskClient:
    return newsroom.client
