"""Bodies about themes.

Source: schemas Theme and Template of version 2024-04-01; the client theme-kit (read 2026-11-21).
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from mock_server.providers.next_commerce.schemas.fields import Anything, Flag, NextSchema, Text


class Source(Text):
    """Text, kept with its blanks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        super()._deserialize(value, attr, data, **kwargs)
        return str(value)


class File(Anything):
    """An uploaded file's content, loaded as Base64."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return b64encode(value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")).decode()


class ThemeSchema(NextSchema):
    name = Text(255, required=True)
    active = Flag(load_default=False)


class TemplateSchema(NextSchema):
    """``name`` is the path: assets/main.css; a file's content comes as ``file``."""

    name = Text(256, required=True)
    content = Source(blank=True, load_default="")
    file = File(allow_none=True, load_default=None)
