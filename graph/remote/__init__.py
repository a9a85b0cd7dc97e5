"""Remote SPARQL stores: asking them, and loading the dataset into them."""
