"""Which addresses a name may lead to: the host table, and nothing private beside it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from baken.errors import ConfigError

# Addresses that carry another one inside: translation to IPv4 must not be a way around the guard.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class HostTable:
    """Names with a given address (`"*.example" = "127.0.0.1"`), as a hosts file has them.

    An address may carry a port (`127.0.0.1:8080`), which then replaces the one that is asked for.
    Raises `ConfigError` for what is no address.
    """

    def __init__(self, hosts: Mapping[str, str]) -> None:
        self._exact: dict[str, tuple[str, int | None]] = {}
        self._suffixes: list[tuple[str, tuple[str, int | None]]] = []
        for name, value in hosts.items():
            place = _place(name, value)
            pattern = name.casefold()
            if pattern == "*":
                self._suffixes.append(("", place))
            elif pattern.startswith("*."):
                self._suffixes.append((pattern[1:], place))
            else:
                self._exact[pattern] = place
        self._suffixes.sort(key=lambda entry: -len(entry[0]))

    def find(self, host: str) -> tuple[str, int | None] | None:
        """The address, and perhaps the port, that the table gives `host`."""
        name = host.casefold().rstrip(".").strip("[]")
        if name in self._exact:
            return self._exact[name]
        return next((place for suffix, place in self._suffixes if name.endswith(suffix)), None)


def is_public(address: str) -> bool:
    """Whether `address` is one of the public internet, so that a stranger may send us there."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


def _place(name: str, value: str) -> tuple[str, int | None]:
    address, separator, port = value.rpartition(":")
    if value.count(":") != 1:
        address, separator, port = value, "", ""
    try:
        ipaddress.ip_address(address)
        return address, int(port) if separator else None
    except ValueError as error:
        raise ConfigError(f"collect.hosts: {name!r} = {value!r} is no address") from error
