"""A stand-in for NetSuite's REST web services, SuiteQL and sign-in, written from the provider's own rules.

How to add an endpoint: write `async def deed(call: Call) -> Response` (`call.py` says what a call knows; errors are
raised as `Refusal` of `answers.py`) and name it with its verbs and its path below `/services/rest` in `endpoints.py`.
The front has looked at host, caller and pool by then. What an account holds hangs on its `Tenant` (`tenant.py`);
`rows.py` is what the control API changes.
"""

from sandbox.netsuite.app import create_app
from sandbox.netsuite.credentials import credentials

__all__ = ["create_app", "credentials"]
