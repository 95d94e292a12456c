"""A least-recently-used cache that is limited by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def size(self) -> int:
        """Approximate number of bytes."""


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value", bound=Sized)


class Recent(Generic[Key, Value]):
    """Keeps the values used last, at most `most` bytes in total (but always the latest value). Thread-safe."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.held: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            found = self.held.get(key)
            if found is not None:
                self.held.move_to_end(key)
            return found

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            old = self.held.pop(key, None)
            self.size += value.size - (old.size if old else 0)
            self.held[key] = value
            while self.size > self.most and len(self.held) > 1:
                _, dropped = self.held.popitem(last=False)
                self.size -= dropped.size
