"""What can be chosen in form 01, version 2569. Pure.

Codes are stored and read by the proxy means test: they never change within a version.
Source  DOMAIN tables of the official form (revision of 6 March 2569); where the form
        leaves a list open (occupations, member education) the list is ours.
"""

from ..spec import Choice, gettext_noop as _

FAMILY_STATUS = (
    Choice("together", _("Parents live together")),
    Choice("separated", _("Parents live apart")),
    Choice("divorced", _("Parents are divorced")),
    Choice("father_dead", _("Father dead or missing")),
    Choice("mother_dead", _("Mother dead or missing")),
    Choice("both_dead", _("Both dead or missing")),
    Choice("abandoned", _("Abandoned by father or mother")),
)

LIVES_WITH = (
    Choice("parents", _("Father or mother")),
    Choice("relatives", _("Relatives")),
    Choice("alone", _("Alone")),
    Choice("guardian_employer", _("Benefactor or employer")),
    Choice("institution", _("Institutional household")),
)

GUARDIAN_RELATIONSHIP = (
    Choice("father", _("Father")),
    Choice("mother", _("Mother")),
    Choice("paternal_grandfather", _("Father's father")),
    Choice("paternal_grandmother", _("Father's mother")),
    Choice("maternal_grandfather", _("Mother's father")),
    Choice("maternal_grandmother", _("Mother's mother")),
    Choice("uncle", _("Elder uncle")),
    Choice("aunt", _("Elder aunt")),
    Choice("maternal_younger", _("Mother's younger sibling")),
    Choice("paternal_younger", _("Father's younger sibling")),
    Choice("elder_sibling", _("Elder brother or sister")),
    Choice("other", _("Other")),
)

EDUCATION = (
    Choice("none", _("Never went to school")),
    Choice("primary", _("Primary school")),
    Choice("lower_secondary", _("Lower secondary school")),
    Choice("upper_secondary", _("Upper secondary or vocational certificate")),
    Choice("diploma", _("Higher vocational or associate diploma")),
    Choice("bachelor", _("Bachelor's degree or higher")),
)

MEMBER_EDUCATION = (
    Choice("preschool", _("Not yet at school, or kindergarten")),
    *EDUCATION,
)

OCCUPATION = (
    Choice("farmer", _("Farmer")),
    Choice("fisher", _("Fisher")),
    Choice("labourer", _("Day labourer")),
    Choice("employee", _("Private employee")),
    Choice("trader", _("Trade or own business")),
    Choice("state", _("State official or employee")),
    Choice("household", _("Keeps the house")),
    Choice("none", _("No occupation")),
    Choice("other", _("Other")),
)

MEMBER_RELATIONSHIP = (
    Choice("self", _("The pupil (self)")),
    Choice("father", _("Father")),
    Choice("mother", _("Mother")),
    Choice("sibling", _("Brother or sister")),
    Choice("grandparent", _("Grandparent")),
    Choice("relative", _("Uncle, aunt or other relative")),
    Choice("step_parent", _("Step-parent")),
    Choice("other", _("Other")),
)

DEPENDENCY = (
    Choice("disabled", _("Physical or intellectual disability")),
    Choice("chronic", _("Chronic disease (other than blood pressure or diabetes)")),
    Choice("elderly60", _("A person of 60 or older")),
    Choice("single_parent", _("Single father or mother")),
    Choice("unemployed_15_65", _("A person of 15 to 65 without work (not a student)")),
)

HOUSING_TENURE = (
    Choice("own", _("Own house")),
    Choice("rent", _("Rented house (pays rent)")),
    Choice("free", _("With others, free of charge")),
    Choice("dorm", _("Dormitory")),
)

FLOOR = (
    Choice("tile", _("Tile or ceramic")),
    Choice("parquet", _("Parquet or polished wood")),
    Choice("cement", _("Bare cement")),
    Choice("plank", _("Wooden planks")),
    Choice("vinyl", _("Vinyl, rubber tile or linoleum")),
    Choice("bamboo", _("Bamboo")),
    Choice("soil", _("Soil or sand")),
    Choice("other", _("Other")),
)

WALL = (
    Choice("plastered", _("Plastered with cement")),
    Choice("brick", _("Brick or cement block")),
    Choice("zinc", _("Corrugated iron")),
    Choice("plank", _("Wooden planks")),
    Choice("plywood", _("Plywood")),
    Choice("board", _("Smart board or fibre cement board")),
    Choice("bamboo_scrap", _("Bamboo, logs or scrap wood")),
    Choice("soil", _("Soil")),
    Choice("vinyl", _("Vinyl")),
    Choice("other", _("Other")),
)

ROOF = (
    Choice("metal", _("Metal (corrugated iron, steel or aluminium)")),
    Choice("tile", _("Tile or ceramic")),
    Choice("plank", _("Wooden planks")),
    Choice("natural", _("Leaves or natural material")),
    Choice("plastic", _("Vinyl, paper or plastic sheet")),
    Choice("other", _("Other")),
)

FARM_LAND = (
    Choice("none", _("Does not farm")),
    Choice("lt1", _("Farms less than 1 rai")),
    Choice("r1_5", _("1 to 5 rai")),
    Choice("gt5", _("More than 5 rai")),
)

DRINKING_WATER = (
    Choice("bottled", _("Bottled water or vending machine")),
    Choice("tap", _("Tap water")),
    Choice("well", _("Well or ground water")),
    Choice("rain_stream", _("Rain, mountain supply or stream")),
)

ELECTRICITY = (
    Choice("none", _("No electricity and no generator")),
    Choice("generator_solar", _("Generator or solar cell")),
    Choice("shared_battery", _("Shared line or battery")),
    Choice("meter", _("House supply or meter")),
)

VEHICLE = (
    Choice("none", _("None")),
    Choice("over15", _("Older than 15 years")),
    Choice("upto15", _("Up to 15 years")),
)

APPLIANCES = (
    Choice("computer", _("Computer")),
    Choice("aircon", _("Air conditioner")),
    Choice("flat_tv", _("Flat-screen television")),
    Choice("washer", _("Washing machine")),
    Choice("fridge", _("Refrigerator")),
)

INSTITUTION_TYPE = (
    Choice("state_home", _("State welfare home")),
    Choice("foundation", _("Foundation or private welfare home")),
    Choice("temple", _("Temple or religious place")),
    Choice("other", _("Other")),
)

MONTHS = tuple(
    Choice(str(number), name)
    for number, name in enumerate(
        (
            _("January"),
            _("February"),
            _("March"),
            _("April"),
            _("May"),
            _("June"),
            _("July"),
            _("August"),
            _("September"),
            _("October"),
            _("November"),
            _("December"),
        ),
        start=1,
    )
)

INSTITUTION_STAY = (
    Choice("always", _("Always, does not go home")),
    Choice("weekends_home", _("Goes home at weekends or in the holidays")),
)

INSTITUTION_SUPPORT = (
    Choice("cash", _("Gives cash")),
    Choice("goods", _("Gives goods")),
    Choice("lodging", _("Gives lodging")),
    Choice("food", _("Gives food")),
    Choice("travel", _("Gives travel")),
    Choice("education", _("Sees to education")),
    Choice("health", _("Sees to health")),
)

WANTS = (
    Choice("yes", _("Wants it")),
    Choice("no", _("Does not want it")),
)

TRAVEL_METHOD = (
    Choice("walk", _("On foot")),
    Choice("bicycle", _("Bicycle")),
    Choice("school_bus", _("School bus")),
    Choice("own_motorcycle", _("Own motorcycle")),
    Choice("own_car", _("Own car")),
    Choice("own_boat", _("Own boat")),
    Choice("hired_motorcycle", _("Motorcycle taxi")),
    Choice("public_bus", _("Bus or hired car")),
    Choice("hired_boat", _("Passenger or hired boat")),
)

PHOTO_SOURCE = (
    Choice("teacher_visit", _("The teacher visited the home")),
    Choice("pupil_took", _("The pupil was asked to take them")),
)

PHOTO_EXCEPTION = (
    Choice("other_district", _("The home is in another district, province or country")),
    Choice("not_permitted", _("Photographs were not permitted")),
)

OFFICER_DECISION = (
    Choice("certify", _("I certify that the data are correct and complete")),
    Choice("refuse", _("I do not certify, because")),
)
