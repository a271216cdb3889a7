"""Where the time goes: exact quantiles from counts, recoverable time against a reference, and ranks."""
