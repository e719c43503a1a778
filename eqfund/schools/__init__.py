"""A school of itself: how it is reached, who heads it, and that all this is right for the term."""
