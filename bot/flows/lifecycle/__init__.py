"""A credential in use: rotate, renew, switch over, revoke, expire."""
