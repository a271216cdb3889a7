"""A workspace: the files that users own, read into frozen models with every problem told at once."""
