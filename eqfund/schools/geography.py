"""Does a point on the map lie where the address says? Pure.

Units   degrees of WGS 84; kilometres.
Rule    inside Thailand's bounds, and not further than FAR_KM from the town of the address's
        province. The furthest place of any province lies under 200 km from its town (Sangkhla
        Buri from Kanchanaburi, Sop Moei from Mae Hong Son), so 250 only catches what is wrong:
        another province, two numbers changed over, a digit too few.
Source  towns of the provinces, to a hundredth of a degree; codes as in eqfund.addresses.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

FAR_KM = 250
EARTH_KM = 6371.0
SOUTH, NORTH, WEST, EAST = 5.6, 20.5, 97.3, 105.7

# Province -> where its town lies: latitude, longitude.
TOWNS: dict[str, tuple[float, float]] = {
    "10": (13.75, 100.50),
    "11": (13.60, 100.60),
    "12": (13.86, 100.51),
    "13": (14.02, 100.53),
    "14": (14.35, 100.57),
    "15": (14.59, 100.45),
    "16": (14.80, 100.65),
    "17": (14.89, 100.40),
    "18": (15.19, 100.12),
    "19": (14.53, 100.91),
    "20": (13.36, 100.98),
    "21": (12.68, 101.28),
    "22": (12.61, 102.10),
    "23": (12.24, 102.52),
    "24": (13.69, 101.07),
    "25": (14.05, 101.37),
    "26": (14.21, 101.21),
    "27": (13.82, 102.06),
    "30": (14.97, 102.10),
    "31": (14.99, 103.10),
    "32": (14.88, 103.49),
    "33": (15.12, 104.32),
    "34": (15.24, 104.85),
    "35": (15.79, 104.15),
    "36": (15.81, 102.03),
    "37": (15.86, 104.63),
    "38": (18.36, 103.65),
    "39": (17.20, 102.44),
    "40": (16.43, 102.84),
    "41": (17.41, 102.79),
    "42": (17.49, 101.73),
    "43": (17.88, 102.74),
    "44": (16.18, 103.30),
    "45": (16.05, 103.65),
    "46": (16.43, 103.51),
    "47": (17.16, 104.15),
    "48": (17.39, 104.77),
    "49": (16.54, 104.72),
    "50": (18.79, 98.99),
    "51": (18.58, 99.01),
    "52": (18.29, 99.49),
    "53": (17.62, 100.10),
    "54": (18.14, 100.14),
    "55": (18.78, 100.78),
    "56": (19.17, 99.90),
    "57": (19.91, 99.83),
    "58": (19.30, 97.97),
    "60": (15.70, 100.14),
    "61": (15.38, 100.02),
    "62": (16.48, 99.52),
    "63": (16.88, 99.13),
    "64": (17.01, 99.82),
    "65": (16.82, 100.26),
    "66": (16.44, 100.35),
    "67": (16.42, 101.16),
    "70": (13.54, 99.82),
    "71": (14.02, 99.53),
    "72": (14.47, 100.12),
    "73": (13.82, 100.06),
    "74": (13.55, 100.27),
    "75": (13.41, 100.00),
    "76": (13.11, 99.94),
    "77": (11.81, 99.80),
    "80": (8.43, 99.96),
    "81": (8.09, 98.91),
    "82": (8.45, 98.53),
    "83": (7.88, 98.39),
    "84": (9.14, 99.33),
    "85": (9.97, 98.63),
    "86": (10.49, 99.18),
    "90": (7.19, 100.60),
    "91": (6.62, 100.07),
    "92": (7.56, 99.61),
    "93": (7.62, 100.07),
    "94": (6.87, 101.25),
    "95": (6.54, 101.28),
    "96": (6.43, 101.82),
}


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The way over the ground between two points.

    >>> round(kilometres(TOWNS["50"], TOWNS["10"]), -1)
    580.0
    """
    (south, west), (north, east) = (tuple(map(radians, point)) for point in (a, b))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def why_not_there(latitude: float, longitude: float, province_code: str) -> str | None:
    """What is wrong with a school's point: "turned", "outside", "far", or None.

    >>> why_not_there(18.79, 98.99, "50"), why_not_there(98.99, 18.79, "50")
    (None, 'turned')
    >>> why_not_there(13.75, 100.5, "50"), why_not_there(0.0, 0.0, "50")
    ('far', 'outside')
    """
    if not _inside(latitude, longitude):
        return "turned" if _inside(longitude, latitude) else "outside"
    town = TOWNS.get(province_code)
    if town and kilometres((latitude, longitude), town) > FAR_KM:
        return "far"
    return None


def _inside(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST
