"""The money: sessions, authorizations, orders, captures and refunds, the same for every face."""
