"""Settings of the stand-in: what the provider leaves open is a switch, the likelier reading its default."""

from dataclasses import dataclass
from typing import Any, Literal

from sandbox.switching import read_switches


@dataclass(frozen=True)
class Switches:
    """`a|b` beside a text switch are its words. Times in seconds; `bloat_factor` 0 leaves the plain payloads."""

    token_ttl: int = 86399
    tenant_zone: str = "pacific"  # or a fixed offset such as +02:00
    bloat_factor: float = 1.0
    rate_limit: bool = True
    default_filter: str = ""  # name of a response filter that trims every full answer
    limit_over_50: str = "cut"  # cut|400
    offset_base: int = 0  # 0|1
    json_empty_404: bool = False
    unknown_filter: str = "400"  # 400|ignore
    unknown_field_in_body: str = "ignore"  # ignore|400
    missing_reference: str = "400"  # 400|keep
    repeated_parameter: str = "or"  # or|last
    not_eq_and_null: str = "out"  # out|in
    text_case: str = "without"  # without|exact
    same_table_twice: str = "nothing"  # nothing|works
    null_style: str = "null"  # null|absent|empty|mixed
    token_scope_member: bool = True
    scopeless_token: str = "all"  # all|400
    invalid_client_status: int = 401  # 401|400
    token_ready_delay: int = 0
    code_ttl: int = 60
    pkce: Literal["optional", "required", "ignored"] = "optional"
    iss: Literal["off", "on", "wrong"] = "off"  # the issuer beside the code, RFC 9207
    consent: Literal["ask", "allow", "some", "deny"] = (
        "ask"  # other words answer without a page, as login_hint
    )
    redirect_uris: str = ""  # a comma list; empty takes every loopback address whose path ends in /callback
    refresh_rotation: Literal["none", "absent", "strict", "grace", "family"] = "none"
    refresh_grace: int = 10  # how long a replaced refresh token works on under "grace"
    refresh_ttl: int = 7776000
    refresh_ttl_from: Literal["use", "consent"] = (
        "use"  # what the life of a token that is not replaced counts from
    )
    refresh_dies_on_error: bool = True
    throttle_status: int = 429  # 429|503
    retry_after: int = 0  # 0 leaves the header out
    throttle_body: str = "empty"  # empty|html|json
    requisition_delete: str = "gone"  # gone|abandoned
    requisition_delete_states: str = "draft,cart"  # a comma list, or "any" for all but ordered
    duplicate_invoice_number: str = "400"  # 400|allow
    credit_note_sign: str = "negative"  # negative|positive
    users_type_attribute: str = "filterable"  # filterable|400
    custom_field_filter: bool = True
    child_touch: str = "lines"  # lines|all|none
    unsupported_accept: str = "406"  # 406|xml
    two_accept_headers: str = "json"  # json|first
    bulk: bool = False
    graphql: bool = True
    patch: str = "put"  # put|404
    old_address_answer: bool = False
    export_alone: bool = True
    required_custom_fields: str = ""  # mandatory ones as a comma list, such as requisition.cf-request-source
    custom_field_readonly: str = "ignore"  # ignore|400


def switches(**values: Any) -> Switches:
    """Takes values as typed or as text from a command line; raises ValueError for an unknown name or an unfit value."""
    return read_switches(Switches, values)
