"""Access tokens as texts: what signs them, what is one, and what clients with plain atob can read."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from mock_server.providers.commercelayer.errors import InvalidToken
from mock_server.providers.commercelayer.state import tokens
from tests.providers.commercelayer.grants import assertion, part

CLAIMS = {"application": {"client_id": "shop", "kind": "sales_channel"}, "scope": "market:all", "exp": 1}
NASTY = ">?~\x7f\x00\"\\/é☃\U0001f600"
TEXT = st.text(st.characters(codec="utf-8")) | st.text(NASTY + "a")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


def opened(text: str) -> Any:
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class TestPlainBase64:
    @given(st.dictionaries(TEXT, JSON, max_size=4))
    def test_a_payload_reads_with_plain_base64_whatever_it_says(self, claims: dict[str, Any]) -> None:
        payload = tokens.sign(claims).split(".")[1]

        assert set() == set("-_") & set(payload)
        assert claims == json.loads(b64decode(payload + "=" * (-len(payload) % 4)))

    @given(st.binary(max_size=300).map(lambda data: bytes(byte & 0x7F for byte in data)))
    def test_only_four_ascii_bytes_ever_need_the_two_signs(self, data: bytes) -> None:
        harmless = data.translate(None, b">?~\x7f")

        assert not set(b"-_") & set(urlsafe_b64encode(harmless))

    @pytest.mark.parametrize("char", ">?~\x7f")
    def test_each_of_the_four_needs_them(self, char: str) -> None:
        assert set(b"-_") & set(urlsafe_b64encode(b"ab" + char.encode()))

    def test_a_claim_full_of_them_comes_back(self) -> None:
        token = tokens.sign({"custom_claim": {NASTY * 3: NASTY * 5}})

        assert {"custom_claim": {NASTY * 3: NASTY * 5}} == tokens.claims_of(token)


class TestSigning:
    def test_the_header_is_as_recorded(self) -> None:
        header = opened(tokens.sign(CLAIMS).split(".")[0])

        assert [("alg", "RS512"), ("typ", "JWT"), ("kid", tokens.jwks()["kid"])] == list(header.items())
        assert 64 == len(bytes.fromhex(header["kid"]).hex())

    def test_others_can_verify_a_token_with_the_published_key(self) -> None:
        key = jwt.PyJWK(tokens.jwks()).key

        told = jwt.decode(tokens.sign(CLAIMS), key, algorithms=["RS512"], options={"verify_exp": False})

        assert CLAIMS == told

    def test_the_private_half_is_not_published(self) -> None:
        assert ["kty", "n", "e", "kid", "alg", "use"] == list(tokens.jwks())

    def test_the_same_claims_get_the_same_token(self) -> None:
        assert tokens.sign(CLAIMS) == tokens.sign(CLAIMS)


class TestClaims:
    def test_time_is_not_looked_at(self) -> None:
        assert CLAIMS == tokens.claims_of(tokens.sign(CLAIMS))

    @pytest.mark.parametrize(
        "token",
        [
            "", "token_world-blue", "a.b", "a.b.c", "a.b.c.d", "...", "..", "ünï.cö.de", "\ud800.\ud800.\ud800",
            f"{part({'typ': 'JWT'})}.{part({})}.abcd", f"{part(['alg'])}.{part({})}.abcd", f"{part('alg')}.a.b",
            f"{part({'alg': 'RS512'})}.{part({})}",
        ],
    )  # fmt: skip
    def test_any_other_text_is_opaque(self, token: str) -> None:
        assert tokens.claims_of(token) is None

    @pytest.mark.parametrize(
        "token",
        [
            assertion(CLAIMS),
            assertion(CLAIMS, secret=json.dumps(tokens.jwks())),
            f"{part({'alg': 'none'})}.{part(CLAIMS)}.",
            f"{part({'alg': 'RS512'})}.{part(CLAIMS)}.",
            f"{part({'alg': 'RS512'})}.{part(CLAIMS)}.abcd",
            f"{part({'alg': 'RS512'})}.{part(CLAIMS)}.a",
            f"{part({'alg': ['RS512']})}.{part(CLAIMS)}.abcd",
            f"{part({'alg': 'RS512'})}.ü.\ud800",
        ],
    )
    def test_a_jwt_of_somebody_else_is_refused(self, token: str) -> None:
        with pytest.raises(InvalidToken):
            tokens.claims_of(token)

    def test_one_signed_with_another_key_is_refused(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        token = jwt.encode(CLAIMS, key, algorithm="RS512", headers={"kid": tokens.jwks()["kid"]})

        with pytest.raises(InvalidToken):
            tokens.claims_of(token)

    @pytest.mark.parametrize("index", [0, 1, 2])
    def test_one_with_a_part_of_another_is_refused(self, index: int) -> None:
        parts, others = tokens.sign(CLAIMS).split("."), tokens.sign(CLAIMS | {"scope": "market:id:x"}).split(".")
        others[0] = part({"alg": "RS512"})
        parts[index] = others[index]

        with pytest.raises(InvalidToken):
            tokens.claims_of(".".join(parts))

    @pytest.mark.parametrize("more", ["x", "=", "!", " ", "\n", "é"])
    def test_one_with_something_at_its_end_is_refused(self, more: str) -> None:
        with pytest.raises(InvalidToken):
            tokens.claims_of(tokens.sign(CLAIMS) + more)

    def test_a_payload_that_is_no_object_is_refused(self) -> None:
        with pytest.raises(InvalidToken):
            tokens.claims_of(tokens.sign([1, 2]))  # type: ignore[arg-type]  # as one who has the key could

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            (CLAIMS, ("shop", "sales_channel")), ({}, ("", "")), ({"application": "shop"}, ("", "")),
            ({"application": {"kind": "webapp"}}, ("", "webapp")),
        ],
    )  # fmt: skip
    def test_claims_tell_client_and_kind(self, claims: dict[str, Any], expected: tuple[str, str]) -> None:
        assert expected == tokens.application_in(claims)


def test_a_fingerprint_does_not_depend_on_how_the_signature_is_spelled() -> None:
    token = tokens.sign(CLAIMS)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[-1])
    same = token[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]

    assert tokens.claims_of(same) == tokens.claims_of(token)
    assert tokens.fingerprint(same) == tokens.fingerprint(token) != tokens.fingerprint(tokens.sign({}))


class TestAssertions:
    def test_one_signed_as_documented_is_read(self) -> None:
        assert {"iat": 1, "a": "ü"} == tokens.assertion_of(assertion({"iat": 1, "a": "ü"}))

    @pytest.mark.parametrize(
        "text",
        [
            "", "a.b.c", assertion({}, secret="cL"), assertion({}, alg="HS256"), assertion([1]), assertion("x"),
            assertion({}) + "A", assertion({}, told="HS256"), tokens.sign(CLAIMS),
            f"{part({'alg': 'none'})}.{part({})}.",
        ],
    )  # fmt: skip
    def test_any_other_is_none(self, text: str) -> None:
        assert tokens.assertion_of(text) is None


@pytest.mark.parametrize("password", ["secret", "", "pässwörd", "\ud800"])
def test_a_password_is_kept_as_a_digest(password: str) -> None:
    digest = tokens.digest_of(password)

    assert 64 == len(digest)
    assert digest != tokens.digest_of(password + "x")


def test_a_start_does_not_load_what_signs() -> None:
    code = (
        "import sys; from mock_server.providers.commercelayer.routes.oauth import OAUTH_OPERATIONS;"
        "print([name for name in ('jwt', 'cryptography', 'jinja2') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert "[]" == told.stdout.strip()
