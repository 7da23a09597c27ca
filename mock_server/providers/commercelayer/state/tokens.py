"""Access tokens as JWTs: how they are signed, told from other texts and verified; and what is kept of them.

The key in ``signing_key.json`` is no secret: it signs nothing but this server's tokens, so that every copy of the
server takes those of every other, and a restart logs nobody out. Claims and header: tokens of 2024 and 2025 in public
test suites (read 2026-11-21).
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from mock_server.core.errors import Fault
from mock_server.core.world import World
from mock_server.providers.commercelayer.errors import InvalidToken
from mock_server.providers.commercelayer.state.account import organization_id

# token -> token, client_id, kind, scope, owner, custom_claim, access (fingerprint of the token beside it), expires_ms
REFRESH = "commercelayer.refresh_tokens"
CODES = "commercelayer.authorization_codes"  # code -> client_id, redirect_uri, scope, expires_ms
REVOKED = "commercelayer.revoked_tokens"  # fingerprint of an access token -> {}

SALES_CHANNEL, INTEGRATION, WEBAPP = KINDS = ("sales_channel", "integration", "webapp")  # of applications
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECRET = b"cl"  # of every assertion, as documented

_KEY_FILE = Path(__file__).parent.parent / "signing_key.json"
_PUBLIC = ("kty", "n", "e", "kid", "alg", "use")
# clients decode the payload with plain atob; of ASCII only these end a group in the sextets 62 and 63: "-" and "_"
_AS_ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in ">?~\x7f"})
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class Parts(NamedTuple):
    """A JWT taken apart."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes  # what the signature is of
    signature: bytes


def sign(claims: Mapping[str, Any]) -> str:
    """An RS512 token; the base64url of its payload has no ``-`` and no ``_``."""
    header = {"alg": "RS512", "typ": "JWT", "kid": _key()["kid"]}
    text = json.dumps(claims, separators=(",", ":"), ensure_ascii=True).translate(_AS_ESCAPES)
    signed = b".".join((_encoded(json.dumps(header, separators=(",", ":")).encode()), _encoded(text.encode())))
    algorithm, private, _ = _machinery()
    return b".".join((signed, _encoded(algorithm.sign(signed, private)))).decode()


def claims_of(token: str) -> dict[str, Any] | None:
    """What an access token of this server says; None for a text that is no JWT. Its time is not looked at.

    Raises InvalidToken for a JWT whose signature is not RS512 with this server's key, whatever its header says.
    """
    parts = _parts(token)
    if parts is None:
        return None
    algorithm, _, public = _machinery()
    if not algorithm.verify(parts.signed, public, parts.signature):
        raise InvalidToken(faults=[Fault("", "the token's signature is not this server's")])
    claims = _object(parts.payload)
    if claims is None:
        raise InvalidToken(faults=[Fault("", "the token's claims are no JSON object")])
    return claims


def application_in(claims: Mapping[str, Any]) -> tuple[str, str]:
    """The client that a token was issued to, and its kind."""
    application = claims.get("application")
    told = application if isinstance(application, dict) else {}
    return str(told.get("client_id", "")), str(told.get("kind", ""))


def assertion_of(token: str) -> dict[str, Any] | None:
    """The claims of a client's assertion; None when it is not signed as documented: HS512, the secret "cl"."""
    parts = _parts(token)
    if parts is None or parts.header["alg"] != "HS512":
        return None
    expected = hmac.digest(ASSERTION_SECRET, parts.signed, "sha512")
    return _object(parts.payload) if hmac.compare_digest(expected, parts.signature) else None


def jwks() -> dict[str, Any]:
    """The public half of the key, as clients fetch it."""
    return {name: _key()[name] for name in _PUBLIC}


def digest_of(password: str) -> str:
    """What is kept of a customer's password."""
    return sha256(password.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(token: str) -> str:
    """What is kept of an access token that was revoked: of what is signed, for a signature has several spellings."""
    return digest_of(token.rpartition(".")[0])


def organization_of(world: World) -> dict[str, Any]:
    """The claim ``organization``."""
    slug = world.settings.commercelayer_organization
    return {"id": organization_id(world.settings), "slug": slug, "enterprise": True, "region": "eu-west-1"}


def _parts(token: str) -> Parts | None:
    """None unless it has three parts and the first is JSON with ``alg``; what cannot be decoded is empty."""
    texts = token.split(".")
    header = _object(_decoded(texts[0])) if len(texts) == 3 else None
    if header is None or "alg" not in header:
        return None
    signed = ".".join(texts[:2]).encode("utf-8", "surrogatepass")
    return Parts(header, _decoded(texts[1]), signed, _decoded(texts[2]))


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)) if _BASE64URL.fullmatch(text) else b""
    except NotBase64:
        return b""


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


@cache
def _key() -> dict[str, Any]:
    key: dict[str, Any] = json.loads(_KEY_FILE.read_text(encoding="utf-8"))
    return key


@cache
def _machinery() -> tuple[Any, Any, Any]:
    """RS512, the private and the public key; not before a token is signed or verified: cryptography loads slowly."""
    from jwt.algorithms import RSAAlgorithm

    private = RSAAlgorithm.from_jwk(_key())
    return RSAAlgorithm(RSAAlgorithm.SHA512), private, RSAAlgorithm.from_jwk(jwks())
