"""The organization that all belongs to, and the application that asks."""

from __future__ import annotations

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state.records import fixed_id
from mock_server.settings import Settings

_MADE = "2020-01-01T12:00:00.000Z"


def organization_id(settings: Settings) -> str:
    """Ten letters that follow from the organization's slug."""
    return fixed_id(f"organization {settings.commercelayer_organization}")


def organization(world: World) -> Record:
    slug = world.settings.commercelayer_organization
    domain = f"{slug}.{world.settings.commercelayer_domain}"
    attributes = {
        "name": slug.replace("-", " ").title(), "slug": slug, "domain": domain, "config": {},
        "api_max_regex_length": 5000, "orders_min_rebuild_shipments_lapse": 10, "orders_min_refresh_lapse": 5,
    }  # fmt: skip
    return _made("organization", organization_id(world.settings), attributes)


def application(id_: str, kind: str, scope: str) -> Record:
    """The application whose token is used."""
    is_public = kind == "sales_channel"
    attributes = {"name": kind.replace("_", " ").title(), "kind": kind, "public_access": is_public, "scopes": scope}
    return _made("application", id_, attributes)


def _made(type_: str, id_: str, attributes: dict[str, object]) -> Record:
    shared: dict[str, object] = {"reference": None, "reference_origin": None, "metadata": {}}
    return {
        "id": id_, "type": type_, "attributes": {**shared, **attributes}, "relations": {}, "private": {},
        "created_at": _MADE, "updated_at": _MADE,
    }  # fmt: skip
