"""The proof of RFC 7636 by which a client shows that an authorization code was meant for it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode


def proves(verifier: str, challenge: str) -> bool:
    """S256 alone. Without a challenge there is nothing to prove, and a verifier proves nothing."""
    if not challenge:
        return not verifier
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
