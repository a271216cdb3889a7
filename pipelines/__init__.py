"""The shell: command line, Prefect flows, sources, reports and the demo. May import mining and warehouse."""
