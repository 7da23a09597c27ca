"""Versions of the Admin API, as the header X-29next-API-Version names them.

Source: developers.nextcommerce.com, admin api (read 2026-11-21).
"""

STABLE, OLD, UNSTABLE = "2024-04-01", "2023-02-10", "unstable"
VERSIONS = (STABLE, OLD, UNSTABLE)
