"""Names for the test tenant: neutral ones in number, and the odd ones that break careless clients."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


FIRST = _words(
    "Ana|Ben|Cleo|Dario|Elif|Farid|Greta|Hugo|Imani|Jonas|Kaia|Luis|Mira|Noor|Otto|Pia|"
    "Quinn|Rosa|Sven|Tara|Uma|Viktor|Wanda|Xenia|Yusuf|Zoë|Åse|Łukasz|José|Siân"
)
LAST = _words(
    "Ruiz|Osei|Marsh|Costa|Demir|Haddad|Lind|Moreau|Okafor|Berg|Tamm|Vega|Novak|Rahman|"
    "Weber|Santos|Riley|Conti|Holm|Blake|Iyer|Petrov|O'Hara|Nguyễn|Müller|García"
)
COMPANY = _words(
    "Brightline|Cedar|Northgate|Harbor|Summit|Meadow|Copper|Lantern|Willow|Granite|Falcon|"
    "Juniper|Orchard|Pioneer|Quarry|Riverside|Sterling|Timber|Vista|Westfield|Anchor|Beacon|"
    "Canyon|Delta|Ember|Fjord|Glacier|Horizon"
)
TRADE = _words(
    "Office|Supply|Works|Logistics|Textiles|Foods|Systems|Printing|Chemicals|Tools|Energy|"
    "Packaging|Labs|Freight|Catering|Lighting|Metals|Paper"
)
ODD_COMPANIES = (
    "Miller, Sons & Co",
    'The "Quoted" Company',
    "Brackets [EU] {Holding} Ltd",
    "O'Neill & Daughters",
    "Ærø Møbler A/S",
    "株式会社さくら文具",
    "ООО Ромашка",
    "شركة النور للتوريد",
    "Crème & Brûlée SARL",
    "Semi;colon <Angle> GmbH",
    "100% Pure + Simple = Good?",
    "Back\\slash/Slash #1",
    "😀 Emoji Traders",
    "A" * 100,
)
CITIES = (
    ("880 Mesa Drive", "Tempe", "AZ", "85281", "US"),
    ("400 Harbor Way", "Oakland", "CA", "94607", "US"),
    ("12 Mill Lane", "Leeds", "", "LS1 4DT", "GB"),
    ("Hauptstraße 7", "Köln", "NRW", "50667", "DE"),
    ("18 rue des Écoles", "Lyon", None, "69002", "FR"),
    ("ul. Prosta 3", "Kraków", "", "31-014", "PL"),
    ("2-1 Sakuramachi", "Sendai", "Miyagi", "980-0811", "JP"),
    ("PO Box 1200, Unit #5", "Austin", "TX", "78701", "US"),
)
COUNTRIES = (
    (223, "US", "United States"),
    (222, "GB", "United Kingdom"),
    (80, "DE", "Germany"),
    (73, "FR", "France"),
    (170, "PL", "Poland"),
    (109, "JP", "Japan"),
    (38, "CA", "Canada"),
    (31, "BR", "Brazil"),
)
GOODS = _words(
    "Copy paper|Toner|Safety gloves|Desk lamp|Cable tie|Hex bolt|Pallet wrap|Label roll|"
    "Floor cleaner|Drill bit|Notebook|Whiteboard|Face shield|Battery pack|Ethernet cable|"
    'Steel sheet|Wood screw|Paint, white|Tape 3/4"|Filter & seal kit'
)
SERVICES = (
    "Poster design",
    "Forklift repair",
    "Cleaning, weekly",
    "Translation <EN/DE>",
    "Site survey",
    "Training day",
)
COMMODITIES = _words(
    "Office supplies|IT hardware|Cleaning|Safety|Packaging|Fasteners|Tools|Metals|Chemicals|"
    "Marketing & events|Consulting|Travel|Facilities|Freight|Energy|Catering|Legal|Telecom|"
    "Furniture|Print, paper"
)
DEPARTMENTS = _words(
    "Marketing|Operations|Sales|Finance|People|Legal|R&D|IT|Quality|Procurement|Logistics|"
    "Plant North|Plant South|Maintenance|Safety|Customer Care|Design|Data|Security|Facilities|"
    "Export, Asia|Export, EMEA|Training|Labs|Archive"
)
ROLES = (
    ("Admin", "Full system access to setup and maintain the application"),
    ("User", "Standard role for all users who need to create and/or approve requisitions"),
    ("Buyer", "Buyer tasks"),
    ("Accounts Payable", "Invoice work"),
    ("Central Receiving", "Receives goods"),
    ("Accounting Supervisor", "Oversees accounting"),
    ("Edit as Approver", "Adds ability to edit a requisition when you are approving it"),
    ("Inventory Manager", "Stock"),
    ("Regional AP Viewer", None),
    ("Contract Manager", "Contracts, terms & renewals"),
    ("Expense Auditor", ""),
    ("Sourcing [EU]", "Sourcing events"),
)
