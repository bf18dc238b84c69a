"""Asking a host once for what holds for all its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

Value = TypeVar("Value")


class OncePerHost(Generic[Value]):
    """Remembers what `ask` found for a host; who asks meanwhile waits for the same answer."""

    def __init__(self, ask: Callable[[str], Awaitable[Value]]) -> None:
        self._ask = ask
        self._known: dict[str, Value] = {}
        # One Deferred for each waiter: a shared one would hand its result to the first only.
        self._waiting: dict[str, list[Deferred[Any]]] = {}

    async def get(self, host: str) -> Value:
        """The answer for `host` (scheme and network location)."""
        if host in self._known:
            return self._known[host]
        if host in self._waiting:
            waiter: Deferred[Any] = Deferred()
            self._waiting[host].append(waiter)
            answer: Value = await maybe_deferred_to_future(waiter)
            return answer
        self._waiting[host] = []
        value = await self._ask(host)
        self._known[host] = value
        for waiter in self._waiting.pop(host):
            waiter.callback(value)
        return value
