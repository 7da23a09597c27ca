"""The world an emulated service lives in: its store, clock, chance, rules, journal and outbox."""
