"""Decide, then do: a plan is a list of small stages with reasons; the executor carries out that same list."""
