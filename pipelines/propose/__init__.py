"""Proposing: looks at a sample of a file and writes the process.yaml that it suggests, with the reasons."""
