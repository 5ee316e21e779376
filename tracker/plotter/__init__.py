"""Charts, the report and the digest."""
