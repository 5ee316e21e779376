"""Which themes rise and fade in the headline lists that news pages carry."""
