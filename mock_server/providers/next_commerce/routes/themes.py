"""Endpoints about themes of the storefront and their templates, which the vendor's theme-kit uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import (
    CHANGING,
    DOCS,
    LISTING,
    READING,
    WRITING,
    body,
    page,
)
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import themes as actions
    from mock_server.providers.next_commerce.schemas import themes as schemas
    from mock_server.providers.next_commerce.state import records
    from mock_server.providers.next_commerce.state import themes as state
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.themes"), Later(f"{_HERE}.schemas.themes")
    state, records = Later(f"{_HERE}.state.themes"), Later(f"{_HERE}.state.records")

_THEMES = "next_commerce.themes"
_ALL = f"{BASE}/themes"
_ONE = f"{_ALL}/<theme_id>"
_TEMPLATES = f"{_ONE}/templates"
MEDIA = f"{BASE}/media/themes"  # this server's own: where the bytes of uploaded files are

_HARMLESS = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}


def _theme(call: Call) -> Any:
    return actions.find(call.world, call.path_args["theme_id"])


def _view(call: Call, template: Any) -> dict[str, Any]:
    told: dict[str, Any] = state.template_view(call.world, template, call.base_url + MEDIA)
    return told


@operation(_THEMES, "GET", _ALL, docs=f"{DOCS}themesList", errors=LISTING)
def list_themes(call: Call) -> Reply:
    return page(call, list(records.oldest(call.world, state.KIND)), state.theme_view)


@operation(_THEMES, "POST", _ALL, docs=f"{DOCS}themesCreate", **body(lambda: schemas.ThemeSchema), errors=WRITING)
def create_theme(call: Call) -> Reply:
    return Reply(state.theme_view(actions.create(call.world, call.body)), 201)


@operation(_THEMES, "GET", _ONE, docs=f"{DOCS}themesRetrieve", find=_theme, errors=READING)
def read_theme(call: Call) -> Reply:
    return Reply(state.theme_view(call.found))


@operation(_THEMES, "DELETE", _ONE, docs=f"{DOCS}themesDestroy", find=_theme, errors=READING)
def delete_theme(call: Call) -> Reply:
    actions.delete(call.world, call.found)
    return Reply(None, 204)


@operation(_THEMES, "GET", _TEMPLATES, docs=f"{DOCS}themesTemplatesRetrieve", find=_theme, errors=READING)
def read_templates(call: Call) -> Reply:
    """All of them; with ``?name=`` that one."""
    name = call.query.get("name", "")
    if name:
        return Reply(_view(call, actions.find_template(call.world, call.found, name)))
    return Reply([_view(call, each) for each in actions.list_templates(call.world, call.found)])


@operation(
    _THEMES, "POST", _TEMPLATES, docs=f"{DOCS}themesTemplatesCreate", find=_theme,
    **body(lambda: schemas.TemplateSchema), errors=CHANGING,
)  # fmt: skip
def upload_template(call: Call) -> Reply:
    return Reply(_view(call, actions.upload(call.world, call.found, call.body)))


@operation(
    _THEMES, "DELETE", _TEMPLATES, docs=f"{DOCS}themesTemplatesDestroy", find=_theme,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def delete_template(call: Call) -> Reply:
    actions.delete_template(call.world, call.found, call.query.get("name", ""))
    return Reply(None, 204)


@operation(
    _THEMES, "GET", f"{MEDIA}/<theme_id>/<path:name>", docs=f"{DOCS}themesTemplatesRetrieve", public=True, find=_theme,
    errors=(errors.NotFound, errors.ServerError),
)  # fmt: skip
def read_file(call: Call) -> Reply:
    """The bytes of an uploaded file, for who follows a template's ``file``; pages among them run no script."""
    content, media_type = actions.read_file(call.world, call.found, call.path_args["name"])
    return Reply(content, content_type=media_type, headers=_HARMLESS)


THEME_OPERATIONS: tuple[Operation, ...] = (
    list_themes, create_theme, read_theme, delete_theme, read_templates, upload_template, delete_template, read_file,
)  # fmt: skip
