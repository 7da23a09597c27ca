"""Themes and their templates: made, uploaded, deleted. The storefront does not show them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from mimetypes import guess_type
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.themes import KIND, templates_of


def find(world: World, theme_id: str) -> Record:
    """Raises NotFound."""
    theme = records.find(world, KIND, theme_id)
    if theme is None:
        known = ", ".join(f"{each['id']} ({each['name']})" for each in records.oldest(world, KIND)) or "none"
        raise errors.NotFound.of("Theme", f"no theme {theme_id} in world {world.name}, there are {known}")
    return theme


def create(world: World, wanted: Mapping[str, Any]) -> Record:
    """An empty theme; when it is to be active, no other is any more.

    Source: schema 2024-04-01, themesCreate; theme-kit (read 2026-11-21).
    """
    theme = {"id": records.new_id(world, KIND), "name": wanted["name"], "active": wanted["active"]}
    records.put(world, KIND, theme["id"], theme)
    if theme["active"]:
        for other in list(records.oldest(world, KIND)):
            if other["id"] != theme["id"]:
                with suppress(errors.NotFound):  # deleted meanwhile
                    records.change(world, KIND, other["id"], lambda found: {**found, "active": False})
    return theme


def delete(world: World, theme: Record) -> None:
    """The theme and its templates."""
    records.remove(world, KIND, theme["id"])
    kind = templates_of(theme["id"])
    for template in list(records.oldest(world, kind)):
        records.remove(world, kind, template["name"])


def list_templates(world: World, theme: Record) -> list[Record]:
    return list(records.oldest(world, templates_of(theme["id"])))


def find_template(world: World, theme: Record, name: str) -> Record:
    """Raises InvalidFields without a name, NotFound."""
    if not name:
        raise InvalidFields.at("name", REQUIRED, "the query ?name=<path of the template> is expected")
    template = records.find(world, templates_of(theme["id"]), name)
    if template is None:
        raise errors.NotFound.of("Template", f"theme {theme['id']} has no template {name}")
    return template


def upload(world: World, theme: Record, wanted: Mapping[str, Any]) -> Record:
    """A template, in place of one of the same name.

    Source: schema 2024-04-01, themesTemplatesCreate; theme-kit (read 2026-11-21).
    """
    template = {"theme": theme["id"], **{name: wanted[name] for name in ("name", "content", "file")}}
    return records.put(world, templates_of(theme["id"]), wanted["name"], template)


def delete_template(world: World, theme: Record, name: str) -> None:
    """Raises InvalidFields without a name, NotFound."""
    template = find_template(world, theme, name)
    records.remove(world, templates_of(theme["id"]), template["name"])


def read_file(world: World, theme: Record, name: str) -> tuple[bytes, str]:
    """An uploaded file's bytes, and its media type by its name. Raises NotFound."""
    template = find_template(world, theme, name)
    if template["file"] is None:
        raise errors.NotFound.of("Template", f"{name} was uploaded as text, it is in the template's content")
    return b64decode(template["file"]), guess_type(name)[0] or "application/octet-stream"
