"""Bodies about tokens: the form that the authorization server reads, and what a tester asks for.

Source: developers.nextcommerce.com, oauth (read 2026-11-21).
"""

from __future__ import annotations

from marshmallow import Schema
from marshmallow import fields as mm


class TokenSchema(Schema):
    """For documents; what is missing is refused as RFC 6749 has it."""

    grant_type = mm.String(required=True)
    client_id = mm.String(required=True)
    client_secret = mm.String(required=True)
    redirect_uri = mm.String()
    code = mm.String()
    refresh_token = mm.String()


class IssueSchema(Schema):
    """See ``next_commerce.oauth.issue``; no scopes are all of them."""

    scopes = mm.List(mm.String(), load_default=list)
    client_id = mm.String(load_default="")
