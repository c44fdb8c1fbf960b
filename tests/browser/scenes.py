"""The connect page in each of its states, as tests draw it."""

from collections.abc import Mapping
from typing import Any

from auth.linking.pages.views import (
    Closed,
    Done,
    Failed,
    Form,
    Format,
    Formats,
    FormField,
    Integration,
    Leaving,
    Mode,
    Picker,
    Scene,
    Testing,
    Unusable,
    View,
)

CARRIED = {"link_token": "lt_1"}
COUPA = Integration("coupa", "Coupa", "Accounting", has_back=True)
WORDS = (
    "invalid_client: Client authentication failed due to unknown client, no client authentication included."
)
FIELDS = (
    FormField("instance", "Coupa host", "The host in the address bar, such as acme.coupahost.com."),
    FormField("client_id", "Client id"),
    FormField("client_secret", "Client secret", is_secret=True),
    FormField("time_zone", "Time zone", is_required=False),
)
MARKED = (
    FormField("instance", "Coupa host", FIELDS[0].help, "acme.example.com", "must be a host of Coupa"),
    *FIELDS[1:],
)
NAMES = ("Coupa", "NetSuite", "QuickBooks", "Sage Intacct", "Xero", "Zoho Books", "DATEV")


def scene(mode: Mode = Mode.WINDOW, **given: Any) -> Scene:
    values = {
        "environment": "Northwind Spend",
        "account": "Acme Corporation",
        "carried": CARRIED,
        "mode": mode,
        "origins": ("https://app.example.com",),
        **given,
    }
    return Scene(**values)


def failure(kind: str, error: str) -> dict[str, Any]:
    return {"is_truto": True, "result": "error", "error": error, "error_type": kind, "integration": "coupa"}


SUCCESS = {"is_truto": True, "result": "success", "integration": "coupa", "integrated_account_id": "a1"}


def failed(at: Scene, kind: str, words: str, **given: Any) -> Failed:
    return Failed(at, words, failure(kind, words), COUPA, **{"method": "oauth2", **given})


def states(mode: Mode = Mode.WINDOW, words: str = WORDS, **given: Any) -> Mapping[str, View]:
    """By name; `words` are the vendor's, `given` are values of the scene."""
    at = scene(mode, **given)
    kinds = ("oauth2", "oauth2_client_credentials", "api_key", "keka_oauth")
    return {
        "picker": Picker(at, tuple(Integration(name.lower(), name, "Accounting") for name in NAMES)),
        "picker-of-two": Picker(at, (COUPA, Integration("xero", "Xero"))),
        "picker-empty": Picker(at, ()),
        "formats": Formats(at, COUPA, tuple(map(Format, kinds))),
        "form": Form(at, COUPA, "oauth2_client_credentials", FIELDS, has_formats=True),
        "form-marked": Form(at, COUPA, "oauth2_client_credentials", MARKED),
        "form-refused": Form(
            at,
            COUPA,
            "api_key",
            FIELDS,
            error=words,
            message=failure("validation_error", words),
            has_formats=True,
        ),
        "form-that-leaves": Form(at, COUPA, "oauth2", FIELDS[:1], leaves=True),
        "leaving": Leaving(at, COUPA, "/leave", has_formats=True),
        "testing": Testing(at, COUPA, "/wait"),
        "done": Done(at, COUPA, SUCCESS),
        "done-with-return": Done(at, COUPA, SUCCESS, url="https://app.example.com/?result=success"),
        "failed": failed(at, "connection_error", words, has_formats=True),
        "failed-validation": failed(at, "validation_error", words),
        "failed-post-install": failed(at, "post_install_error", words),
        "failed-token": Failed(at, "", failure("invalid_token", ""), is_final=True),
        "failed-integration": Failed(at, "", failure("invalid_integration", ""), is_final=True),
        "failed-rapid-form": Failed(at, "", failure("rapid_form_error", ""), is_final=True),
        "closed": Closed(),
        "unusable": Unusable(),
    }
