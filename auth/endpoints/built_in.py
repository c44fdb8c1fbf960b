"""`/integration`, `/category`, `/unified-model` and `/environment-unified-model`: what this gateway has built in."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from auth import presenting
from auth.bodies import json_response
from auth.endpoints.edge import api_caller
from auth.listing import BOOLEAN, TEXT, pick, read_listing
from schemas.errors import NotFound

INTEGRATION_FILTERS = {"id": TEXT, "name": TEXT, "label": TEXT, "category": TEXT, "is_beta": BOOLEAN}
CATEGORY_FILTERS = {"name": TEXT, "label": TEXT}
MODEL_FILTERS = {"id": TEXT, "name": TEXT, "label": TEXT}
ENVIRONMENT_MODEL_FILTERS = {"id": TEXT, "unified_model_id": TEXT}


async def list_integrations(request: Request) -> Response:
    await api_caller(request)
    return json_response(pick(_integrations(request), read_listing(request, INTEGRATION_FILTERS)))


async def get_integration(request: Request) -> Response:
    await api_caller(request)
    return json_response(_named(request, _integrations(request), "integration"))


async def list_categories(request: Request) -> Response:
    await api_caller(request)
    names = dict.fromkeys(provider.category for provider in request.state.providers.values())
    return json_response(
        pick([presenting.category(name) for name in names], read_listing(request, CATEGORY_FILTERS))
    )


async def list_models(request: Request) -> Response:
    await api_caller(request)
    return json_response(pick(_models(request), read_listing(request, MODEL_FILTERS)))


async def get_model(request: Request) -> Response:
    await api_caller(request)
    return json_response(_named(request, _models(request), "unified model"))


async def list_environment_models(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, ENVIRONMENT_MODEL_FILTERS)
    return json_response(pick(_environment_models(request, caller.environment_id), listing))


async def get_environment_model(request: Request) -> Response:
    caller = await api_caller(request)
    models = _environment_models(request, caller.environment_id)
    return json_response(_named(request, models, "environment-unified-model"))


def _integrations(request: Request) -> list[dict[str, Any]]:
    return [presenting.integration(provider) for provider in request.state.providers.values()]


def _models(request: Request) -> list[dict[str, Any]]:
    return [presenting.unified_model(model) for model in request.state.models.values()]


def _environment_models(request: Request, environment_id: str) -> list[dict[str, Any]]:
    models = request.state.models.values()
    return [presenting.environment_unified_model(model, environment_id) for model in models]


def _named(request: Request, values: Sequence[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    """The value of the path's id, or of its name where it has one."""
    wanted = request.path_params["id"]
    for value in values:
        if wanted in (value["id"], value.get("name")):
            return value
    raise NotFound(f"There is no such {what}.")
