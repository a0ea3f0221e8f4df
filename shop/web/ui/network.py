"""Where a request comes from, for limits that no phone or account can name."""

from __future__ import annotations

import ipaddress

from flask import request


def network() -> str:
    """Return the network of this request: its address, or the /64 that one subscriber has in IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    bits = 64 if address.version == 6 else 32
    return str(ipaddress.ip_network((address, bits), strict=False))
