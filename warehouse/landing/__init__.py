"""What was pulled, as it was pulled: rows by source, their loads, and the rows that could not be read."""
