"""A shop and a back office that use Commerce Layer, and the shopper and tester beside them."""

from __future__ import annotations

from typing import Any

from tests.klarna import Answer, Wire, fine, spelled

JSON_API = "application/vnd.api+json"
SEED_ORDER = "QWERtyUpBa"
ADDRESS = {
    "first_name": "Mock", "last_name": "Mock", "line_1": "Neue Schönhauser Str. 2", "zip_code": "10178",
    "city": "Berlin", "state_code": "BE", "country_code": "DE", "phone": "+491522113356",
}  # fmt: skip


def document_of(type_: str, attributes: Any = None, relations: Any = None, id_: str = "") -> dict[str, Any]:
    """A request's document; ``relations`` are (type, id) pairs, None or lists of pairs, by name."""
    data: dict[str, Any] = {"type": type_, **({"id": id_} if id_ else {})}
    if attributes is not None:
        data["attributes"] = attributes
    if relations:
        data["relationships"] = {name: {"data": _linked(to)} for name, to in relations.items()}
    return {"data": data}


def _linked(to: Any) -> Any:
    if isinstance(to, list):
        return [_linked(each) for each in to]
    return {"type": to[0], "id": to[1]} if to else None


class CommerceLayer:
    """Commerce Layer as an application with this token sees it; by default one that may do everything."""

    def __init__(self, wire: Wire, world: str, token: str = "") -> None:
        self._wire = wire
        self.world = world
        self.token = token or f"token_world-{world}"

    def as_sales_channel(self, **asked: str) -> CommerceLayer:
        """The same world through a sales channel's token; ``asked`` is added to the token request."""
        client = {"grant_type": "client_credentials", "client_id": f"sales_world-{self.world}", **asked}
        return CommerceLayer(self._wire, self.world, fine(self.oauth("token", client))["access_token"])

    def as_customer(self, email: str, **asked: str) -> CommerceLayer:
        """The same world through a sales channel in which a new customer has logged in."""
        self.create("customers", {"email": email, "password": "open sesame"})
        grant = {"grant_type": "password", "username": email, "password": "open sesame"}
        return self.as_sales_channel(**grant, **asked)

    def oauth(self, what: str, body: Any, **headers: str) -> Answer:
        return self._wire.send("POST", f"/oauth/{what}", auth=None, headers=spelled(headers), body=body)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request below /api; ``x_mock_outcome="declined"`` becomes the header X-Mock-Outcome."""
        own = {"Authorization": f"Bearer {self.token}", "Accept": JSON_API, "Content-Type": JSON_API}
        return self._wire.send(method, f"/api{path}", auth=None, headers={**own, **spelled(headers)}, body=body)

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """A tester's request to /_mock, about this world."""
        return self._wire.send(method, f"/_mock{path}", auth=None, headers={"X-Mock-World": self.world}, body=body)

    def get(self, path: str) -> Any:
        """The document of a success; anything else fails the test with what was said."""
        return fine(self.send("GET", path))

    def read(self, type_: str, id_: str) -> dict[str, Any]:
        """The attributes of a resource."""
        found: dict[str, Any] = self.get(f"/{type_}/{id_}")["data"]["attributes"]
        return found

    def listed(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path)["data"]
        return found

    def only(self, path: str) -> dict[str, Any]:
        """The one resource object of a list."""
        (found,) = self.listed(path)
        return found

    def create(self, type_: str, attributes: Any = None, **relations: Any) -> dict[str, Any]:
        """The resource object that was made."""
        answer = self.send("POST", f"/{type_}", document_of(type_, attributes or {}, relations))
        assert 201 == answer.status, answer.text
        made: dict[str, Any] = answer.json["data"]
        return made

    def update(self, type_: str, id_: str, attributes: Any = None, **relations: Any) -> dict[str, Any]:
        """The attributes afterwards."""
        body = document_of(type_, attributes or {}, relations, id_)
        made: dict[str, Any] = fine(self.send("PATCH", f"/{type_}/{id_}", body))["data"]["attributes"]
        return made

    def pull(self, *triggers: str, order_id: str = SEED_ORDER, **more: Any) -> dict[str, Any]:
        """Pull triggers of an order: ``pull("_approve")``; answers with its attributes."""
        return self.update("orders", order_id, {**dict.fromkeys(triggers, True), **more})

    def pay(self, order_id: str = SEED_ORDER, **data: Any) -> dict[str, Any]:
        """A Klarna payment that the shopper has authorized: the resource object."""
        payment = self.create("klarna_payments", order=("orders", order_id))
        session = {"session_id": payment["attributes"]["session_id"], **data}
        token = fine(self.control("POST", "/klarna/authorizations", session))["authorization_token"]
        self.update("klarna_payments", payment["id"], {"auth_token": token})
        return payment

    def place(self, order_id: str = SEED_ORDER) -> dict[str, Any]:
        """The seeded order (or another that lacks nothing but its payment), paid for and placed: its attributes."""
        self.pay(order_id)
        return self.pull("_place", order_id=order_id)

    def new_order(self, quantity: int = 1, email: str = "jo@shop.test", **attributes: Any) -> str:
        """The id of a pending order that lacks nothing but its payment source."""
        order = self.create("orders", {"customer_email": email, **attributes})["id"]
        sku = self.listed("/skus?sort=code&page[size]=1")[0]["attributes"]["code"]
        self.create("line_items", {"sku_code": sku, "quantity": quantity}, order=("orders", order))
        address = self.create("addresses", ADDRESS)["id"]
        same = {"_shipping_address_same_as_billing": True}
        self.update("orders", order, same, billing_address=("addresses", address))
        shipment = self.listed(f"/orders/{order}/shipments")[0]["id"]
        method = self.listed(f"/shipments/{shipment}/available_shipping_methods")[0]["id"]
        self.update("shipments", shipment, {}, shipping_method=("shipping_methods", method))
        klarna = self.listed(f"/orders/{order}/available_payment_methods")[0]["id"]
        self.update("orders", order, {}, payment_method=("payment_methods", klarna))
        return str(order)

    def status(self, order_id: str = SEED_ORDER) -> str:
        """``placed/authorized/unfulfilled``"""
        order = self.read("orders", order_id)
        return "/".join(order[name] for name in ("status", "payment_status", "fulfillment_status"))

    def transactions(self, order_id: str = SEED_ORDER) -> list[str]:
        """``authorizations 7750``, ``captures 7750 failed``, oldest first."""
        found = self.listed(f"/orders/{order_id}/transactions?page[size]=25")
        return [
            f"{row['type']} {row['attributes']['amount_cents']}{'' if row['attributes']['succeeded'] else ' failed'}"
            for row in found
        ]

    def ledger_order(self, order_id: str = SEED_ORDER) -> dict[str, Any]:
        """The Klarna order underneath."""
        number = self.read("orders", order_id)["payment_source_details"]["klarna_id"]
        found: dict[str, Any] = fine(self.control("GET", f"/state/orders/{number}"))
        return found

    def advance(self, duration: str) -> list[dict[str, Any]]:
        """Move the world's clock; answers with what fired on the way."""
        fired: list[dict[str, Any]] = fine(self.control("POST", "/clock", {"advance": duration}))["fired"]
        return fired

    def choose_scenario(self, name: str) -> None:
        fine(self.control("PUT", "/scenario", {"name": name}))

    def add_rule(self, operation: str, then: Any, **more: Any) -> None:
        match = more.pop("match", {})
        fine(self.control("POST", "/rules", {"when": {"operation": operation, "match": match}, "then": then, **more}))

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
        """``422 VALIDATION_ERROR auth_token - can't be blank``, one for each error; a success fails the test."""
        answer = self.send(method, path, body, **headers)
        assert answer.status >= 400, answer.text
        return [f"{answer.status} {each['code']} {each['detail']}" for each in answer.json["errors"]]

    def refused(self, type_: str, id_: str, attributes: Any = None, **relations: Any) -> list[str]:
        """The refusal of an update."""
        return self.refusal("PATCH", f"/{type_}/{id_}", document_of(type_, attributes or {}, relations, id_))

    def explanation(self) -> dict[str, Any]:
        """Why the newest refused request was refused, from the journal."""
        entries: list[dict[str, Any]] = fine(self.control("GET", "/journal"))
        found: dict[str, Any] = next(entry["explanation"] for entry in entries if "explanation" in entry)
        return found

    def listen(self, url: str, *topics: str, **attributes: Any) -> dict[str, Any]:
        """A webhook for each topic; the last of them comes back, a resource object."""
        for topic in topics:
            made = self.create("webhooks", {"topic": topic, "callback_url": url, **attributes})
        return made

    def told(self) -> list[str]:
        """The topics of all webhooks so far, oldest first."""
        return [message["about"]["topic"] for message in self.webhooks()]

    def webhooks(self, **filters: str) -> list[dict[str, Any]]:
        """The log, oldest first."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        found: list[dict[str, Any]] = fine(self.control("GET", f"/webhooks?{query}"))
        return found[::-1]
