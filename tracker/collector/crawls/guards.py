"""Which addresses may be connected to at all."""

import ipaddress
from typing import Final

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def may_connect(host: str, *, allow_private: bool) -> bool:
    """Return whether a connection to an IP address is allowed.

    Link-local addresses, at which clouds keep their secrets, are so to nobody.
    """
    address = ipaddress.ip_address(host.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    if address.is_multicast:
        return False
    if allow_private and (address.is_loopback or not address.is_link_local):
        return not address.is_unspecified
    return address.is_global
