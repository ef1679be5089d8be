"""Makes the invented province of sample-data."""
