"""The two signed notifications that were published: key, second, body, and the HMAC-SHA512 they come to.

Source: docs.multisafepay.com, webhook; the PHP SDK's own test of notifications (read 2026-11-20).
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Vector(NamedTuple):
    """A published signature."""

    api_key: str
    seconds: str
    body: str
    digest: str  # hexadecimal


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


_NOBODY: dict[str, Any] = {"custom_1": None, "custom_2": None, "custom_3": None}
_IDEAL = {
    "amount": 1000,
    "amount_refunded": 0,
    "costs": [
        {"amount": 0.49, "description": "0.49 For iDEAL Transactions", "transaction_id": "123456789", "type": "SYSTEM"}
    ],
    "created": "2022-01-03T15:08:02",
    "currency": "EUR",
    "custom_info": _NOBODY,
    "customer": {
        "address1": None, "address2": None, "city": None, "country": None, "country_name": None, "email": "",
        "first_name": None, "house_number": None, "last_name": None, "locale": "en_US", "phone1": None, "phone2": "",
        "state": None, "zip_code": None,
    },
    "description": "product description",
    "fastcheckout": "NO",
    "financial_status": "initialized",
    "items": None,
    "modified": "2022-01-03T15:08:02",
    "order_id": "my-order-id",
    "payment_details": {
        "account_holder_name": None, "account_iban": "https://example.com", "account_id": None,
        "external_transaction_id": "123456789", "issuer_id": "3151", "recurring_flow": None, "recurring_id": None,
        "recurring_model": None, "type": "IDEAL",
    },
    "payment_methods": [
        {
            "amount": 1000, "currency": "EUR", "description": "product description",
            "external_transaction_id": "123456789", "payment_description": "iDEAL", "status": "initialized",
            "type": "IDEAL",
        }
    ],
    "reason": "",
    "reason_code": "",
    "related_transactions": None,
    "status": "initialized",
    "transaction_id": "123456789",
    "var1": None,
    "var2": None,
    "var3": None,
}  # fmt: skip

_CELL = '<font size="2" face="Verdana">'
_TABLE = "\n".join(
    [
        '<table border="0" cellpadding="5" width="100%">',
        f'<tr>\n<th width="10%">{_CELL}Quantity </font></th>',
        '<th align="left"></th>',
        f'<th align="left">{_CELL}Details </font></th>',
        f'<th width="19%" align="right">{_CELL}Price </font></th>\n</tr>',
        f'<tr>\n<td align="center">{_CELL}1</font></td>',
        '<td width="6%"></td>',
        f'<td width="65%">{_CELL}Ergonomic Paper Table</font></td>',
        f'<td align="right">&pound;{_CELL}242.93</font>\n</td>\n</tr>',
        "</table>",
    ]
)
_VISA = {
    "amount": 24293,
    "amount_refunded": 0,
    "checkout_options": {
        "alternate": [{"name": "0", "rules": [{"country": "", "rate": "0.00"}], "standalone": ""}], "default": [],
    },
    "costs": [
        {
            "amount": 7.04, "description": "2.9 % For Visa CreditCards Transactions (min 0.6)",
            "transaction_id": "2583849", "type": "SYSTEM",
        }
    ],
    "created": "2021-03-24T16:26:31",
    "currency": "GBP",
    "custom_info": _NOBODY,
    "customer": {
        "address1": "Kraanspoor", "address2": None, "city": "Amsterdam", "country": "NL", "country_name": None,
        "email": "john.doe@example.com", "first_name": "John", "house_number": "39C", "last_name": "Doe",
        "locale": "nl_NL", "phone1": "0612345678", "phone2": "", "state": None, "zip_code": "1033SC",
    },
    "description": "Payment for order: 182",
    "fastcheckout": "NO",
    "financial_status": "completed",
    "items": _TABLE,
    "modified": "2021-03-24T16:26:38",
    "order_id": "182",
    "payment_details": {
        "account_holder_name": "MultiSafepay", "account_id": None, "card_expiry_date": "2404",
        "external_transaction_id": "234453696", "last4": "1111", "recurring_flow": None,
        "recurring_id": "99814704667013722040", "recurring_model": None, "type": "VISA",
    },
    "payment_methods": [
        {
            "account_holder_name": "MultiSafepay", "amount": 24293, "card_expiry_date": 2404, "currency": "GBP",
            "description": "Payment for order: 182", "external_transaction_id": "234453696", "last4": 1111,
            "payment_description": "Visa CreditCards", "status": "completed", "type": "VISA",
        }
    ],
    "reason": "",
    "reason_code": "",
    "related_transactions": None,
    "shopping_cart": {
        "items": [
            {
                "cashback": "", "currency": "GBP", "description": "", "image": "", "merchant_item_id": "68",
                "name": "Ergonomic Paper Table", "options": [], "product_url": "", "quantity": "1",
                "tax_table_selector": "0", "unit_price": "242.9300000000", "weight": {"unit": None, "value": None},
            }
        ]
    },
    "status": "completed",
    "transaction_id": 4680345,
    "var1": None,
    "var2": "182",
    "var3": None,
}  # fmt: skip

VECTORS = (
    Vector(
        "8HHhGgRWrA3O7NswjmgwyH7buPPCGnR5AkwAQyqI",
        "1641218884",
        _text(_IDEAL).replace(',"payment_details"', ', "payment_details"'),  # published with this one blank
        "06cbf226e7c873eff96921d7fde3998eb6be0de7915ee1c1b5149511fca82e26"
        "bb0ab2e6d0e0ad997cbab151e4ba5615418d8e12528301726143ed1146287f93",
    ),
    Vector(
        "your-MultiSafepay-API-key",
        "1616601851",
        _text(_VISA),
        "6e4ae8638aa2f9e1592b074376f6816196546331a9b9e949d1ab5ef6a931cb09"
        "ed83ad12f853f29df2231e8f883e2b18aaef7cbaff1094e9fd9fce1dd362f2a4",
    ),
)
