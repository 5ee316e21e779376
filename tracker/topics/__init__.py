"""Headlines into events, events into topics that keep their identity."""
