"""Themes of the storefront and their templates, and how the API shows them.

A theme record: id, name, active. A template record: theme, name (its path: assets/main.css), content (of text), file
(Base64 of a file that was uploaded; None: it is text).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records

KIND = "themes"


def templates_of(theme_id: Any) -> str:
    """The kind of a theme's templates in the store."""
    return f"templates.{theme_id}"


def theme_view(theme: Record) -> dict[str, Any]:
    return {"id": theme["id"], "name": theme["name"], "active": theme["active"]}


def template_view(world: World, template: Record, media_url: str) -> dict[str, Any]:
    """``file`` is where a file's bytes are; ``media_url`` is where files are below."""
    path = f"{template['theme']}/{quote(template['name'])}"
    return {
        "theme": template["theme"],
        "name": template["name"],
        "content": template["content"],
        "file": None if template["file"] is None else f"{media_url}/{path}{records.where(world)}",
    }
