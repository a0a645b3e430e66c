"""The network of an address: precise enough to recognize an office or a host, and no more."""

from ipaddress import IPv6Address, ip_address, ip_network

V4_BITS, V6_BITS = 24, 48


def network_of(address: str) -> str | None:
    """As CIDR, /24 or /48. None for the name of an AWS service, and for anything else that isn't an address."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found.packed, V6_BITS), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found.packed, V4_BITS), strict=False))
