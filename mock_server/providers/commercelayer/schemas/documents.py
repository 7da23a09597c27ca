"""What a request's document says: its form, then its attributes and relationships by the row of the resource.

Values are read as leniently as Rails does: "68" is 68. Texts of refusals: Rails' for values, jsonapi-resources' for the
form (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError
from marshmallow import fields as mm

from mock_server.core.clock import parse_time, to_text
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.resources.rows import Attribute, Relation, Resource, spread
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.records import Reference
from mock_server.web.operations import Call

CREATE, UPDATE = "c", "u"
_WRITTEN_EVERYWHERE = ("reference", "reference_origin", "metadata")
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_LARGEST = 2**53
_OF_A_LINK = frozenset({"type", "id"})
_ERRORS = {  # Rails' words -> their short key
    "can't be blank": "blank",
    "is not a number": "not_a_number",
    "must be an integer": "not_an_integer",
    "is invalid": "invalid",
    "is not included in the list": "inclusion",
    "has already been taken": "taken",
}


@dataclass(frozen=True)
class Written:
    """What a document asks for; attributes by name, relationships by what they shall lead to."""

    attributes: Mapping[str, Any]
    relations: Mapping[str, Reference | None]  # those to one; to many there are tags only, which are not emulated

    @property
    def plain(self) -> dict[str, Any]:
        """Attributes that are kept as they are: no triggers, no passwords."""
        secret = ("password", "customer_password")
        return {n: v for n, v in self.attributes.items() if not n.startswith("_") and n not in secret}

    @property
    def triggers(self) -> dict[str, Any]:
        """Those that are pulled; false does nothing."""
        return {n: v for n, v in self.attributes.items() if n.startswith("_") and v}


class _Text(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict | list):
            raise ValidationError("is invalid")
        return str(value).lower() if isinstance(value, bool) else str(value)


class _Integer(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "":
            return None
        number = _number_in(value)
        if number != int(number):
            raise ValidationError("must be an integer")
        return int(number)


class _Number(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return None if value == "" else float(_number_in(value))


def _number_in(value: Any) -> int | float:
    """A JSON number, or a text that spells one; raises ValidationError, also for what no client could read."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        raise ValidationError("is not a number")
    return value


class _Flag(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "":
            return None
        return not (value is False or str(value).lower() in ("false", "f", "0", "off"))


class _Object(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("is invalid")
        return value


class _Texts(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("is invalid")
        return value


class _Time(mm.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return to_text(parse_time(value))
        except (ValueError, TypeError) as error:
            raise ValidationError("is invalid") from error


_FIELDS = {
    "text": _Text, "integer": _Integer, "money": _Integer, "number": _Number, "flag": _Flag, "object": _Object,
    "texts": _Texts, "time": _Time,
}  # fmt: skip


@cache
def schema_of(type_: str, flag: str) -> type[Schema]:
    """The attributes of a resource that may be created (c) or updated (u)."""
    fields: dict[str, Any] = {
        "reference": _Text(allow_none=True),
        "reference_origin": _Text(allow_none=True),
        "metadata": _Object(allow_none=True),
    }
    for attribute in RESOURCES[type_].attributes.values():
        if flag in attribute.flags:
            fields[spread(attribute)[0]] = _FIELDS[attribute.kind](allow_none=True)
    return Schema.from_dict(fields, name=f"{'Create' if flag == CREATE else 'Update'}_{type_}")


@cache
def _instance(type_: str, flag: str) -> Schema:
    return schema_of(type_, flag)(unknown=EXCLUDE)


def load_document(call: Call, row: Resource, flag: str, id_: str = "") -> Written:
    """The document of a request that creates or updates a resource.

    Raises ParamMissing, InvalidDataFormat, InvalidResource, KeyNotIncludedInUrl, ParamNotAllowed and
    InvalidLinksObject for its form; Unprocessable for its values, all of them at once.
    """
    data = _data(call.json, row)
    if flag == UPDATE:
        _check_key(data, id_)
    elif "id" in data:
        raise errors.ParamNotAllowed("id is not allowed.")
    attributes, relations = _part(data, "attributes"), _part(data, "relationships")
    _refuse_strangers(row, flag, attributes, relations)
    problems: list[Problem] = []
    loaded = _load(row, flag, attributes, problems)
    if "metadata" in loaded:
        loaded["metadata"] = loaded["metadata"] or {}
    found = _read_relations(call.world, row, relations, problems)
    told = {problem.name for problem in problems}
    problems += [each for each in _missing(row, flag, loaded, found) if each.name not in told]
    if problems:
        raise errors.Unprocessable(problems=problems)
    return Written(loaded, found)


def _data(document: Mapping[str, Any], row: Resource) -> Mapping[str, Any]:
    if "data" not in document:
        raise errors.ParamMissing("The required parameter, data, is missing.")
    data = document["data"]
    if not isinstance(data, dict):
        raise errors.InvalidDataFormat()
    if data.get("type") is None:
        raise errors.ParamMissing("The required parameter, type, is missing.")
    if data["type"] != row.type:
        raise errors.InvalidResource(f"{data['type']} is not a valid resource.")
    return data


def _check_key(data: Mapping[str, Any], id_: str) -> None:
    if data.get("id") is None:
        raise errors.KeyOrderMismatch()
    if str(data["id"]) != id_:
        raise errors.KeyNotIncludedInUrl(f"The URL does not support the key {data['id']}")


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise errors.InvalidDataFormat(f"{name} must be a hash.")
    return part


def _refuse_strangers(
    row: Resource, flag: str, attributes: Mapping[str, Any], relations: Mapping[str, Any]
) -> None:
    """Attributes and relationships that are unknown or cannot be written; each is told."""
    known = {spread(each)[0] for each in row.attributes.values() if flag in each.flags} | {*_WRITTEN_EVERYWHERE}
    strangers = [name for name in attributes if name not in known]
    strangers += [name for name in relations if name not in row.relations or flag not in row.relations[name].flags]
    if strangers:
        raise errors.ParamNotAllowed(*(f"{name} is not allowed." for name in strangers))


def _load(row: Resource, flag: str, attributes: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _instance(row.type, flag).load(dict(attributes))
        return loaded
    except ValidationError as error:
        messages: Any = error.messages  # field -> texts
        problems += [_problem(name, texts[0], attributes[name]) for name, texts in messages.items()]
        valid: Any = error.valid_data
        return dict(valid)


def _problem(name: str, title: str, value: Any) -> Problem:
    more = {"value": value} if isinstance(value, str | int | float) else {}
    return Problem(name, title, _ERRORS[title], more=more)


def _read_relations(
    world: World, row: Resource, relations: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Reference | None]:
    ones: dict[str, Reference | None] = {}
    for name, value in relations.items():
        relation = row.relations[name]
        links = list(_links(relation, value))
        found = [_target(world, link) for link in links]
        if not relation.is_many:
            ones[name] = found[0] if found else None
        if None in found:
            why = f"there is no {relation.name} {links[found.index(None)]['id']} in world {world.name}"
            problems.append(errors.blank(name, is_relationship=True, why=why))
    return ones


def _links(relation: Relation, value: Any) -> Iterator[Mapping[str, Any]]:
    """Raises InvalidLinksObject for anything but ``{"data": {"type", "id"}}``, a list of those, or null."""
    if not isinstance(value, dict) or "data" not in value:
        raise errors.InvalidLinksObject()
    data = value["data"]
    links = data if relation.is_many else [] if data is None else [data]
    if not isinstance(links, list):
        raise errors.InvalidLinksObject()
    for link in links:
        if not isinstance(link, dict) or frozenset(link) != _OF_A_LINK:
            raise errors.InvalidLinksObject()
        if link["type"] not in relation.types:
            raise errors.TypeMismatch(f"{link['type']} is not a valid type for this operation.")
        yield link


def _target(world: World, link: Mapping[str, Any]) -> Reference | None:
    """What a link leads to; a payment gateway may be called by its own type or by that of all gateways."""
    type_ = "klarna_gateways" if link["type"] == "payment_gateways" else link["type"]
    found = records.find(world, type_, str(link["id"]))
    return None if found is None else records.reference(found)


def _missing(
    row: Resource, flag: str, attributes: Mapping[str, Any], relations: Mapping[str, Any]
) -> Iterator[Problem]:
    """What is required on create and not there, or taken away by an update."""
    for attribute in row.attributes.values():
        name = spread(attribute)[0]
        if _is_missing(attribute, flag, name, attributes) and attributes.get(name) in (None, "", {}):
            yield errors.blank(name)
    for relation in row.relations.values():
        is_asked = flag == CREATE or relation.name in relations
        if "!" in relation.flags and is_asked and not relations.get(relation.name):
            yield errors.blank(relation.name, is_relationship=True)


def _is_missing(attribute: Attribute, flag: str, name: str, attributes: Mapping[str, Any]) -> bool:
    return "!" in attribute.flags and (flag == CREATE or name in attributes)
