"""Every state of the connect page as a frozen value: who decides what comes next builds one, `render` draws it.

Scene       what all pages of one link token share
├── Picker      which system              ├── Leaving    to the vendor's own login
├── Formats     which way to sign in      ├── Testing    a pause that goes on by itself
├── Form        fields to fill in         ├── Done       connected: the product is told
└── Failed      what went wrong, and the ways on
Closed, Unusable                          plain pages that know nothing of a link token
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

ACCENT = "#2f5bd7"


class Mode(Enum):
    """Where the page stands, and so whom it tells.

    The server can't tell a popup from the same window: the page's script finds out at the first page and repeats the
    call with `popup=true`. `HANDOVER` is the popup that a framed page opened for the vendor's login: it tells its
    opener, which is the framed page itself.
    """

    WINDOW = "window"
    POPUP = "popup"
    IFRAME = "iframe"
    HANDOVER = "handover"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Mode":
        """As the page's parameters say; `popup=handover` is for the address that a framed page opens."""
        if query.get("popup") == "handover":
            return cls.HANDOVER
        if query.get("iframe") == "true":
            return cls.IFRAME
        return cls.POPUP if query.get("popup") == "true" else cls.WINDOW


@dataclass(frozen=True)
class Branding:
    """The environment's look. `logo` is an https or a data URL of an image, `accent` is `#rrggbb`."""

    logo: str | None = None
    accent: str = ACCENT

    @classmethod
    def of(cls, stored: Mapping[str, str | None]) -> "Branding":
        """From an environment's `branding`."""
        return cls(stored.get("logo_url"), stored.get("accent") or ACCENT)


@dataclass(frozen=True)
class Scene:
    """What all pages of one link token share.

    `environment` names who asks, `account` for whom (both are shown, so that nobody connects their system for a
    stranger). `carried` are the query parameters that every link and form of the page repeats: `link_token` and the
    given ones of `integrations`, `iframe`, `popup`, `no_back`, `skip_rapid_form`; `mode` follows from them. `origins`
    may frame the page and hear its result. `root` is what stands before `/connect-account` where the gateway is served
    below a path. `cancel_url`: the link token's `redirect_uri`, if any, telling `closed`: where the same window goes
    when the person gives up. With it a form may be answered by a redirect to that origin, or any https one.
    """

    environment: str
    account: str
    carried: Mapping[str, str]
    mode: Mode
    origins: tuple[str, ...]
    branding: Branding = field(default_factory=Branding)
    root: str = ""
    cancel_url: str | None = None
    is_sandbox: bool = False
    is_reconnect: bool = False


@dataclass(frozen=True)
class Integration:
    """`has_back`: the person may go back and choose another one."""

    name: str
    label: str
    category: str = ""
    has_back: bool = False


@dataclass(frozen=True)
class Format:
    """One way to sign in; its words come from the catalogue, by method."""

    method: str


@dataclass(frozen=True)
class FormField:
    """`value` is what was typed before, empty for a secret; `error` says what is wrong with it."""

    name: str
    label: str
    help: str = ""
    value: str = ""
    error: str = ""
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True)
class Picker:
    """Links to `connect-account?…&integration=NAME`."""

    scene: Scene
    integrations: tuple[Integration, ...]


@dataclass(frozen=True)
class Formats:
    """Links to `connect-account?…&integration=NAME&auth_format=METHOD`."""

    scene: Scene
    integration: Integration
    formats: tuple[Format, ...]


@dataclass(frozen=True)
class Form:
    """Posts to `connect-account`: what is carried, `integration`, `auth_format`, `csrf` where given, and the fields.

    `error` is what the vendor said to the last attempt, and `message` what the product hears if the person gives up
    after it (None: `closed`). `leaves`: the vendor's own login comes next; a
    framed form is sent in a popup then, with `popup=handover`.
    `has_formats`: the person may go back and choose another way to sign in. `certificate`: of a key that was made for
    them, to be handed to the vendor.
    Chromium sends `Origin: null` with the form, as the pages have no referrer.
    """

    scene: Scene
    integration: Integration
    method: str
    fields: tuple[FormField, ...]
    error: str = ""
    message: Mapping[str, Any] | None = None
    csrf: str = ""
    certificate: str = ""
    leaves: bool = False
    has_formats: bool = False


@dataclass(frozen=True)
class Leaving:
    """To the vendor's own login: by itself after a form was sent, else by a button, so that nobody leaves unasked.

    A framed page opens `url` in a popup and waits for it to hand over the result. `url` is on this gateway (it sets the
    popup's cookie and redirects) or the vendor's. A redirect straight from the form would be stopped by the page's own
    `form-action` in Chromium.
    """

    scene: Scene
    integration: Integration
    url: str
    is_automatic: bool = False
    has_formats: bool = False


@dataclass(frozen=True)
class Testing:
    """The connection is tried at `url`, where the page goes by itself at once."""

    scene: Scene
    integration: Integration
    url: str


@dataclass(frozen=True)
class Done:
    """Connected. `message` is the object that the product hears. `url`: where a window without an opener goes on."""

    scene: Scene
    integration: Integration
    message: Mapping[str, Any]
    url: str | None = None


@dataclass(frozen=True)
class Failed:
    """What went wrong, in the vendor's words where it has some; the product hears `message` when the person gives up.

    The heading follows the message's `error_type`.

    `is_final`: nothing can be done on this page, and the product hears it at once. `method` is tried again,
    `has_formats` offers the other ways to sign in, `integration.has_back` the other systems. `url`: where a window
    without an opener goes when the person gives up.
    """

    scene: Scene
    error: str
    message: Mapping[str, Any]
    integration: Integration | None = None
    method: str = ""
    has_formats: bool = False
    is_final: bool = False
    url: str | None = None


@dataclass(frozen=True)
class Closed:
    """The end of a window that has nowhere to go."""


@dataclass(frozen=True)
class Unusable:
    """A link that names no link token, or a login that nobody here began: framed by nobody, heard by nobody."""


View = Picker | Formats | Form | Leaving | Testing | Done | Failed | Closed | Unusable
