"""The four regions in which the model has an intercept, by province. Pure.

The programme classifies by เหนือ, อีสาน, กลาง and ใต้. All 77 provinces are
listed, by the first two digits of the place codes; Bangkok lies in the central
region. The division is the National Statistical Office's, by which incomes are
surveyed.
"""

NORTH, NORTHEAST, CENTRAL, SOUTH = "north", "northeast", "central", "south"
REGIONS = (NORTH, NORTHEAST, CENTRAL, SOUTH)

_PROVINCES = {
    NORTH: "50 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 67",
    NORTHEAST: "30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49",
    CENTRAL: "10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 70 71 72 73 74 75 76 77",
    SOUTH: "80 81 82 83 84 85 86 90 91 92 93 94 95 96",
}
REGION_OF_PROVINCE = {
    code: region for region, codes in _PROVINCES.items() for code in codes.split()
}


def region_of(province_code: str) -> str:
    """The region of a province.

    >>> region_of("10"), region_of("58")
    ('central', 'north')

    ValueError for a code of no province: a household has to lie somewhere.
    """
    try:
        return REGION_OF_PROVINCE[province_code]
    except KeyError:
        raise ValueError(f"{province_code!r} is not a province code") from None
