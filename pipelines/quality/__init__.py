"""The quality gates as the shell sees them: their lines from process.yaml, their findings in words."""
