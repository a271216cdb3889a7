"""Live sources: databases and web interfaces asked each night, their answers spooled and landed from there."""
