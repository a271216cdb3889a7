"""Quality gates: what arrived is looked at once, before any fact is derived from it."""
