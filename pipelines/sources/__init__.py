"""Sources: finds the files that a workspace names, checks them, and makes them ready for the warehouse to read."""
