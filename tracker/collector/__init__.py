"""Where headline lists come from: pages, archives, tables."""
