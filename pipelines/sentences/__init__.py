"""The sentences in which findings are told, in each language."""
