"""What a pupil of one level is granted for a term. Pure."""

from enum import StrEnum


class Level(StrEnum):
    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"


# Seed of a demonstration term, in satang a term; the amounts of 2569 were not found (DOMAIN section 4, [K]).
DEMONSTRATION_RATES_SATANG = {
    Level.KINDERGARTEN: 200_000,
    Level.PRIMARY: 150_000,
    Level.LOWER_SECONDARY: 210_000,
}
