"""One stage of the night a file: a plain function that opens the store, does its work and says what it did."""
