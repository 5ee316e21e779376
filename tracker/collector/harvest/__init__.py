"""Pages in, typed and ranked headline lists out."""
