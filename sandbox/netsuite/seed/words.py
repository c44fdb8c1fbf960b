"""Names and places that the seeded records are made of; all of them invented."""


def words(text: str) -> list[str]:
    """The words of a line."""
    return text.split()


FIRST = words(
    "Ann Ben Cara Dev Elif Finn Gita Hugo Ines Jan Kofi Lena Mara Nils Olga Pia Quinn Rosa Sven Tara Uma Vera "
    "Wim Xenia Yara Zoë José Łucja Søren Mélanie"
)
LAST = words(
    "Abbott Brandt Castro Dahl Engel Flores Gruber Haas Ito Jansen Kumar Lopez Moreau Novak Okafor Petit Quist "
    "Rossi Silva Tanaka Ueda Varga Weber Xu Young Zeman O'Neill Müller García Nuñez"
)
COMPANY = words(
    "Alder Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ivy Juniper Kauri Larch Maple Nutmeg Oak Pine Quince Rowan "
    "Spruce Teak Umber Vine Willow Yew"
)
TRADE = words("Supplies Logistics Tools Foods Print Works Partners Chemicals Energy Textiles Robotics Media")
ODD_COMPANIES = (
    "O'Brien & Söhne GmbH",
    "株式会社サンプル",
    'Quote "Q" Ltd',
    "Ça & Là SARL",
    "100% Pure, Inc.",
    "A&B <Parts>",
)
GOODS = words(
    "Bolt Cable Chair Desk Envelope Filter Glove Hammer Inkjet Jack Keyboard Lamp Monitor Nut Oil Pump Quill Router "
    "Switch Toner USB-Hub Valve Wrench Yarn Zip-Tie"
)
CITIES = (
    ("100 Main St", "Springfield", "IL", "62701", "US"),
    ("22 Baker Row", "London", None, "NW1 6XE", "GB"),
    ("5 Hafenweg", "Hamburg", None, "20457", "DE"),
    ("8 Rue du Port", "Lyon", None, "69002", "FR"),
    ("77 King St W", "Toronto", "ON", "M5V 1J2", "CA"),
    ("1-2-3 Minato", "Tokyo", None, "105-0001", "JP"),
    ("Av. Central 900", "São Paulo", "SP", "01310-100", "BR"),
)
