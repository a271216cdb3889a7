"""From the workspace's files to the types that the store and the core own."""
