"""The roll of a class: names and ids as the documents say, confirmed by who keeps the registry."""
