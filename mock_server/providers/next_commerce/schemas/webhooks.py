"""Bodies about webhooks. Source: schema Webhook of version 2024-04-01; the official demo apps (read 2026-11-21)."""

from __future__ import annotations

from mock_server.providers.next_commerce.schemas.fields import Choice, Flag, Many, NextSchema, Text, Url
from mock_server.providers.next_commerce.state.hooks import EVENTS
from mock_server.providers.next_commerce.state.versions import VERSIONS

_NAME = 255


class UpdateWebhookSchema(NextSchema):
    """A guide writes ``signing_secret``; the demo apps' ``version`` is passed over."""

    target = Url(255)
    events = Many(Choice(EVENTS))
    name = Text(_NAME, blank=True, allow_none=True)
    active = Flag()
    api_version = Choice(VERSIONS, blank=True, allow_none=True)
    secret_key = Text(_NAME, blank=True, allow_none=True)
    signing_secret = Text(_NAME, blank=True, allow_none=True)


class WebhookSchema(UpdateWebhookSchema):
    target = Url(255, required=True)
    events = Many(Choice(EVENTS), required=True)
