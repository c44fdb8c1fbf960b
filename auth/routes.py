"""The routes of the admin resources, a plain list."""

from starlette.routing import Route

from auth.endpoints import (
    account_tokens,
    accounts,
    built_in,
    environment_integrations,
    environments,
    imports,
    sandbox_accounts,
    tokens,
)

ROUTES: list[Route] = [
    Route("/api-token", tokens.list_, methods=["GET"]),
    Route("/api-token", tokens.create, methods=["POST"]),
    Route("/api-token/{id}", tokens.get, methods=["GET"]),
    Route("/api-token/{id}", tokens.delete, methods=["DELETE"]),
    Route("/environment", environments.list_, methods=["GET"]),
    Route("/environment/{id}", environments.get, methods=["GET"]),
    Route("/environment/{id}", environments.change, methods=["PATCH"]),
    Route("/integration", built_in.list_integrations, methods=["GET"]),
    Route("/integration/{id}", built_in.get_integration, methods=["GET"]),
    Route("/category", built_in.list_categories, methods=["GET"]),
    Route("/unified-model", built_in.list_models, methods=["GET"]),
    Route("/unified-model/{id}", built_in.get_model, methods=["GET"]),
    Route("/environment-unified-model", built_in.list_environment_models, methods=["GET"]),
    Route("/environment-unified-model/{id}", built_in.get_environment_model, methods=["GET"]),
    Route("/environment-integration", environment_integrations.list_, methods=["GET"]),
    Route("/environment-integration", environment_integrations.create, methods=["POST"]),
    Route("/environment-integration/{id}", environment_integrations.get, methods=["GET"]),
    Route("/environment-integration/{id}", environment_integrations.change, methods=["PATCH"]),
    Route("/environment-integration/{id}", environment_integrations.delete, methods=["DELETE"]),
    Route("/integrated-account", accounts.list_, methods=["GET"]),
    Route("/integrated-account", imports.import_, methods=["POST"]),
    Route("/integrated-account/token", account_tokens.create, methods=["POST"]),
    Route("/integrated-account/bulk-delete", accounts.delete_many, methods=["POST"]),
    Route("/integrated-account/{id}", accounts.get, methods=["GET"]),
    Route("/integrated-account/{id}", accounts.change, methods=["PATCH"]),
    Route("/integrated-account/{id}", accounts.delete, methods=["DELETE"]),
    Route("/integrated-account/{id}/credentials", imports.replace_credentials, methods=["PATCH"]),
    Route("/sandbox-integrated-account", sandbox_accounts.list_, methods=["GET"]),
    Route("/sandbox-integrated-account", sandbox_accounts.create, methods=["POST"]),
    Route("/sandbox-integrated-account/{id}", sandbox_accounts.get, methods=["GET"]),
    Route("/sandbox-integrated-account/{id}", sandbox_accounts.delete, methods=["DELETE"]),
]
