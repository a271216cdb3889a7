"""The Prefect flows: thin wrappers over the plan's stages."""
