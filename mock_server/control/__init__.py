"""The control API under /_mock: worlds, clock, scenario, rules, journal and state, for tests and the curious."""
