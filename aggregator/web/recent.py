"""A least-recently-used cache that is limited by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Keeps the values used last, at most `most` bytes in total (but always the latest value). Thread-safe."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.held: OrderedDict[Key, tuple[Value, int]] = OrderedDict()  # with their sizes
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            found = self.held.get(key)
            if found is None:
                return None
            self.held.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """`size`: approximate number of bytes of the value and its key."""
        with self._lock:
            _, former = self.held.pop(key, (None, 0))
            self.held[key] = value, size
            self.size += size - former
            while self.size > self.most and len(self.held) > 1:
                _, (_, dropped) = self.held.popitem(last=False)
                self.size -= dropped
