"""What a study holds, put before people: pages, charts, digests, explanations, tables."""
