"""Pages into a study: looked at, visited, taken in, read again."""
