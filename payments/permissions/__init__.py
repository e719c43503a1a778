"""Why a user may not do a thing: why_not_... gives the sentence, or None. One file per group of nouns."""
