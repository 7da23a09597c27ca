"""NEXT Commerce's own nouns: a store with products, customers, orders, transactions and subscriptions."""
