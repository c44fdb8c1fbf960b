"""The contract's tables restated by hand: each resource's fields (name, type, writes), filters, sort keys.

`?` nullable; `c` written on create, `u` on update, `*` required on create, `-` read only. Common fields and
filters are left out of the resources and stated once.
"""

COMMON_FIELDS = "created_at time? - | updated_at time? - | custom_fields object cu | remote_data object -"
COMMON_FILTERS = "id eq,in id | created_at range time | updated_at range time | is_deleted eq boolean"

ORDER = """
number string? c | status enum? c | vendor string? cu | customer string? cu | employee EmployeeRef? cu
requested_by EmployeeRef? cu | approver EmployeeRef? - | issue_date date? cu | delivery_date date? cu
delivery_address string? cu | currency string? c | exchange_rate number? - | line_items LineItem[]? cu*
total_amount number? - | memo string? cu | tracking_categories TrackingRef[]? cu | etag string? -
"""

FIELDS = {
    "accounting/accounts": """
        name string cu* | description string? cu | account_number string? cu | classification enum? cu
        type enum? cu | status enum? cu | current_balance number? - | currency string? cu
        parent_account string? cu | company string? cu | etag string? -""",
    "accounting/attachments": """
        name string? c | type enum? c* | parent ParentRef? c* | content_type string? c | size number? -
        content string? c | url string? c | text string? c""",
    "accounting/contacts": """
        name string? cu* | type enum c* | status enum? cu | tax_number string? cu | currency string? cu
        company string? cu | emails Email[]? cu | phones Phone[]? cu | addresses ContactAddress[]? cu""",
    "accounting/currencies": "code string? c* | name string? cu | status enum? cu",
    "accounting/employees": """
        name string? - | first_name string? cu* | last_name string? cu*
        emails Email[]? cu | phones Phone[]? cu | addresses Address[]? cu""",
    "accounting/invoices": """
        type enum c | number string? cu* | contact ContactRef? cu* | status enum? c | issue_date date? cu
        due_date date? cu | paid_on_date date? - | currency string? cu | exchange_rate number? -
        line_items LineItem[]? cu* | sub_total number? - | total_discount number? cu
        total_tax_amount number? cu | total_amount number? - | balance number? - | payments string[]? -
        memo string? cu | company string? cu | tracking_categories TrackingRef[]? cu | etag string? -""",
    "accounting/items": """
        name string? cu* | description string? cu | status enum? cu | quantity number? -
        unit_price number? cu | purchase_price number? cu | purchase_account string? cu
        sales_account string? cu | asset_account string? cu | company string? cu""",
    "accounting/purchase_orders": ORDER,
    "accounting/purchase_order_requisitions": ORDER.replace(
        "requested_by EmployeeRef? cu", "requested_by EmployeeRef? c*"
    ),
    "accounting/tracking_categories": """
        name string? cu* | category_type enum? c | status enum? cu | parent_category string? cu
        company string? cu | options TrackingOption[]? cu""",
    "user-directory/users": """
        external_id string? cu | identifiers object? cu | name string? - | first_name string? cu
        last_name string? cu | title string? cu | username string? cu* | emails UserEmail[]? cu*
        phones Phone[]? cu | status enum? cu | is_email_verified boolean? - | is_2fa_enabled boolean? -
        user_type string? cu | roles UserRole[]? cu | groups UserGroup[]? cu | organizations NamedRef[]? -
        workspaces NamedRef[]? - | licenses License[]? - | avatar string? cu | timezone string? cu
        bio string? cu | languages string[]? cu | urls Url[]? cu | last_active_at time? -
        last_login_at time? -""",
    "user-directory/groups": """
        name string? cu* | description string? cu | organization string? c | group_type enum? c""",
    "user-directory/roles": "name string? cu* | description string? cu",
}

SHAPES = {
    "Email": "email string? | type string?",
    "Phone": "number string? | extension string? | type string?",
    "Address": "street_1 string? | street_2 string? | city string? | state string? | country string? "
    "| postal_code string? | type string?",
    "ContactAddress": "id string? | street_1 string? | street_2 string? | city string? | state string? "
    "| country string? | postal_code string? | type string?",
    "ContactRef": "id string | name string? | type enum?",
    "EmployeeRef": "id string | name string? | email string?",
    "ParentRef": "type enum | id string",
    "TrackingRef": "id string? | name string? | option string? | option_id string?",
    "TrackingOption": "id string? | name string? | status enum?",
    "LineItem": "id string? | name string? | description string? | item string? | account string? "
    "| quantity number? | unit_price number? | total_line_amount number? | tax_rate string? "
    "| currency string? | exchange_rate number? | type string? | tracking_categories TrackingRef[]?",
    "UserEmail": "email string? | type string? | is_primary boolean?",
    "UserRole": "id string? | name string? | group string? | organization string? | workspace string?",
    "UserGroup": "id string? | name string? | organization string?",
    "NamedRef": "id string? | name string?",
    "License": "id string? | name string? | organization string? | last_active_at time?",
    "Url": "url string? | type string?",
}

ACCOUNT_TYPES = (
    "accounts_payable accounts_receivable accumulated_depreciation advertising_expense asset "
    "bad_debt_expense bank bank_account cash cost_of_goods_sold credit_card current current_liability "
    "depreciation direct_costs distribution_to_shareholders equipment equity expense fees_expense fixed "
    "fixed_asset general_ledger income interest_expense inventory liability long_term_liab "
    "long_term_liability maintenance_expense other_asset other_current_asset other_current_liability "
    "other_expenses other_income other_liability payg_liability payroll_liability pre_payment "
    "rent_expense sales super_annuation_expense super_annuation_liability utilities_expense "
    "wages_expense"
)

ENUMS = {
    "accounting/accounts": {
        "classification": "asset equity expense liability revenue bank",
        "type": ACCOUNT_TYPES,
        "status": "active archived pending",
    },
    "accounting/attachments": {"type": "file text url"},
    "accounting/contacts": {"type": "customer vendor", "status": "active archived"},
    "accounting/currencies": {"status": "active archived"},
    "accounting/invoices": {
        "type": "bill invoice",
        "status": "draft submitted authorised paid voided deleted",
    },
    "accounting/items": {"status": "active archived"},
    "accounting/purchase_orders": {"status": "draft submitted authorised billed deleted"},
    "accounting/purchase_order_requisitions": {
        "status": "draft submitted authorised billed deleted delivered partially_delivered"
    },
    "accounting/tracking_categories": {
        "category_type": "class department location",
        "status": "active archived",
    },
    "user-directory/users": {"status": "active inactive deleted invited"},
    "user-directory/groups": {"group_type": "team department group"},
}

FILTERS = {
    "accounting/accounts": """
        name eq text | type eq,in enum | classification eq,in enum | status eq,in enum
        account_number eq,in text""",
    "accounting/attachments": "type eq,in enum | parent[type] eq enum | parent[id] eq,in id",
    "accounting/contacts": """
        name eq text | tax_number eq text | currency eq text | contact_type eq enum | status eq,in enum
        emails[email] eq text""",
    "accounting/currencies": "code eq,in text | status eq enum",
    "accounting/employees": """
        name eq text | first_name eq text | last_name eq text | emails[email] eq text | role_name eq text
        purchasing_employee eq boolean | status eq enum""",
    "accounting/invoices": """
        invoice_type=type eq enum | contact[id] eq,in id | contact[name] eq text | contact[type] eq enum
        currency eq text | number eq,in text | status eq,in enum | issue_date range date
        due_date range date""",
    "accounting/items": "name eq text | status eq enum",
    "accounting/purchase_orders": """
        status eq,in enum | number eq,in text | vendor[id] eq,in id | issue_date range date""",
    "accounting/purchase_order_requisitions": """
        status eq,in enum | number eq,in text | vendor[id] eq,in id | issue_date range date
        requested_by[id] eq,in id""",
    "accounting/tracking_categories": "name eq text | status eq enum | category_type eq,in enum",
    "user-directory/users": """
        first_name eq text | last_name eq text | emails[email] eq text | user_type eq text | product eq text
        organization_id eq id | status eq,in enum | group[id]=group_id eq id
        workspace[id]=workspace_id eq id | username eq,in text""",
    "user-directory/groups": "name eq text | group_type eq,in enum",
    "user-directory/roles": "name eq text",
}

FILTER_VALUES = {
    ("accounting/attachments", "parent[type]"): "invoices purchase_order_requisitions purchase_orders",
    ("accounting/contacts", "contact_type"): "customer vendor",
    ("accounting/employees", "status"): "active inactive archived",
    ("accounting/invoices", "invoice_type"): "bill invoice",
    ("accounting/invoices", "contact[type]"): "customer vendor",
    ("user-directory/users", "status"): "active inactive deleted invited created",
}

SORTS = {
    "accounting/accounts": "name created_at updated_at",
    "accounting/attachments": "",
    "accounting/contacts": "created_at emails name updated_at",
    "accounting/currencies": "",
    "accounting/employees": "emails name",
    "accounting/invoices": "balance created_at due_date issue_date sub_total updated_at",
    "accounting/items": "name unit_price",
    "accounting/purchase_orders": "created_at issue_date total_amount updated_at",
    "accounting/purchase_order_requisitions": "created_at issue_date total_amount updated_at",
    "accounting/tracking_categories": "",
    "user-directory/users": "created_at emails first_name groups id last_active_at last_login_at name roles "
    "status updated_at username",
    "user-directory/groups": "",
    "user-directory/roles": "",
}


def rows(table: str) -> list[list[str]]:
    """The words of each row; rows end at a bar or a line's end."""
    return [row.split() for line in table.splitlines() for row in line.split("|") if row.strip()]
