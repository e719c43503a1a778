"""Personal data: what is declared personal, revealing, keys and their rotation, one person's export, scrubbing."""
