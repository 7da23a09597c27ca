"""Every setting of the server: name, default, meaning; the only reader of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

PREFIX = "KLARNA_MOCK_"
_OF_CLIENTS = f"{PREFIX}URL"  # where clients find this server: no setting of its own
# what Kubernetes tells every container of a service that is called klarna-mock
_OF_KUBERNETES = re.compile(r"_PORT=tcp:|_PORT_\d+_|_SERVICE_(HOST|PORT)")


class SettingError(Exception):
    """A setting that cannot be used; the text names it, its value and what is allowed."""


# settings that a world's scenario may choose start with these
OF_PROVIDERS = ("klarna_", "multisafepay_", "commercelayer_", "next_commerce_")


def _setting(
    default: Any, about: str, choices: tuple[str, ...] = (), bounds: tuple[int, int] = (0, 10_000_000)
) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices, "bounds": bounds})


@dataclass(frozen=True)
class Settings:
    """What may be set, by environment variable, command line or (those of a provider) scenario."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8080, "TCP port to listen on; 0 takes a free one.", bounds=(0, 65535))
    threads: int = _setting(
        64, "Requests answered at the same time; one slow answer holds one thread.", bounds=(1, 1000)
    )
    seed: str = _setting("klarna", "Seed of all chance: the same seed draws the same ids.")
    scenario: str = _setting("accepted", "Scenario that a world starts with.")
    scenarios: str = _setting("", "Folder with scenario files of your own, read again when they change.")
    control_token: str = _setting("", "Token that opens the control API to callers beyond loopback.")
    public_url: str = _setting("", "Address of this server in URLs it hands out; default: the request's Host.")
    journal_limit: int = _setting(10_000, "Journal entries, and webhooks, kept per world; the oldest go first.")
    webhook_allow: str = _setting(
        "", "Hosts that webhooks may go to besides loopback, private addresses and one-word names; comma separated."
    )
    hold_limit_s: int = _setting(
        30, "Seconds of real time that nobody waits longer at a hold.", bounds=(1, 600)
    )
    klarna_credentials: str = _setting(
        "", "Accepted 'user:password' pairs, comma separated; empty accepts every non-empty pair."
    )
    klarna_authorized_payment_method: str = _setting(
        "object", "Form of authorized_payment_method in an order's answer.", ("object", "string")
    )
    klarna_payment_method_categories: str = _setting(
        "recorded",
        "Payment method categories of a session: those recorded per market, or the single modern one.",
        ("recorded", "klarna"),
    )
    klarna_locale_check: str = _setting(
        "lenient", "Whether a well-formed locale foreign to the purchase country is refused.", ("lenient", "strict")
    )
    klarna_rate_limits: str = _setting(
        "off", "Whether the playground's limits (5 sessions/s, 50 other calls/s) are enforced.", ("off", "on")
    )
    klarna_settlement_fee_rate: int = _setting(
        299, "Klarna's fee for a capture in payouts, in hundredths of a percent of its amount: 299 is 2.99 %.",
        bounds=(0, 10_000),
    )
    klarna_settlement_fee_fixed: int = _setting(
        0, "Klarna's fixed fee for a capture in payouts, beside its rate, in minor units of the currency."
    )
    multisafepay_api_keys: str = _setting("", "Accepted API keys, comma separated; empty accepts every key.")
    multisafepay_version: str = _setting(
        "2025", "Year whose form answers have: numbers, text for money, or only an id and a page.",
        ("2025", "2021", "2019"),
    )
    multisafepay_error_status: str = _setting(
        "400", "HTTP status of refused fields, which no document tells; 200: of every refusal, for very old clients.",
        ("400", "404", "422", "200"),
    )
    multisafepay_cart: str = _setting(
        "required", "Whether a redirect order with a pay-later method needs a cart.", ("required", "optional")
    )
    multisafepay_duplicates: str = _setting(
        "until_paid", "How long an order_id may be used again.", ("until_paid", "never")
    )
    multisafepay_refunded: str = _setting(
        "refunded", "Status of a wholly refunded order.", ("refunded", "void")
    )
    commercelayer_organization: str = _setting("acme", "Slug of the organization in access tokens and answers.")
    commercelayer_domain: str = _setting(
        "commercelayer.io", "Domain in access tokens: their issuer is https://auth.<domain>; clients go where it says."
    )
    commercelayer_clients: str = _setting(
        "", "Accepted 'client_id' or 'client_id:client_secret', comma separated; empty accepts every client."
    )
    commercelayer_strict_auth: str = _setting(
        "off", "Whether a bearer token that is no JWT of this server is refused.", ("off", "on")
    )
    commercelayer_schema: str = _setting(
        "7.10.3", "Schema whose shape klarna_payments have; the seed documents show 2.8.0.", ("7.10.3", "2.8.0")
    )
    commercelayer_rate_limits: str = _setting(
        "off", "Whether the test mode's rate limits are enforced; headers tell them always.", ("off", "on")
    )
    next_commerce_tokens: str = _setting(
        "", "Accepted 'token' or 'token=scope scope', comma separated; empty accepts every token, with every scope."
    )
    next_commerce_store: str = _setting("demo", "Slug of the store, in webhooks and beside OAuth codes.")
    next_commerce_timezone: str = _setting(
        "America/New_York", "Time zone of the store, in which its answers tell times and its retries are planned."
    )
    next_commerce_page_size: int = _setting(50, "Rows of a page of a list, which no document tells.", bounds=(1, 1000))
    next_commerce_fulfillment_delay_m: int = _setting(
        30, "Minutes until an open order goes to the warehouse; 0: it never does by itself.", bounds=(0, 100_000)
    )
    next_commerce_duplicate_guard: str = _setting(
        "off", "Whether a second order of the same customer and amount within 30 minutes is refused.", ("off", "on")
    )
    next_commerce_rate_limits: str = _setting(
        "off", "Whether the limit of 4 calls a second is enforced.", ("off", "on")
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            choices = setting.metadata["choices"]
            value = getattr(self, setting.name)
            least, most = setting.metadata["bounds"]
            if choices and value not in choices:
                raise SettingError(f"setting {setting.name} is {value!r}; allowed: {', '.join(choices)}")
            if setting.name.endswith("_timezone"):
                _check_timezone(setting.name, value)
            if isinstance(value, int) and not least <= value <= most:
                raise SettingError(f"setting {setting.name} is {value}; allowed: {least} to {most}")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
        """Read ``KLARNA_MOCK_*`` from ``env``; ``overrides`` (the command line's, None left out) win."""
        values = {
            name[len(PREFIX) :].lower(): text
            for name, text in env.items()
            if name.startswith(PREFIX) and name != _OF_CLIENTS and not _OF_KUBERNETES.search(f"{name}={text}")
        }
        values.update({name: value for name, value in overrides.items() if value is not None})
        return cls(**check(values))


def check(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with numbers read as numbers; raises SettingError for an unknown name or a non-number."""
    known = {setting.name: setting for setting in fields(Settings)}
    read = {}
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
            raise SettingError(f"unknown setting {name}{hint}")
        on_off = isinstance(value, bool) and known[name].metadata["choices"] == ("off", "on")  # YAML's on is True
        read[name] = ("off", "on")[value] if on_off else _read(name, value, type(known[name].default))
    return read


def _check_timezone(name: str, value: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError(f"setting {name} is {value!r}, expected a time zone such as Europe/Berlin") from error


def _read(name: str, value: Any, kind: type) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise SettingError(f"setting {name} is {value!r}, expected {kind.__name__}") from error
