"""The report of a process: one HTML file that needs nothing but itself, built from the published snapshot alone."""
