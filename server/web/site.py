"""The pages' place in the application."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.web import (
    account,
    backstage,
    errors,
    fragments,
    host,
    interpreting,
    office,
    pages,
    plan,
    programme,
    recommendations,
    rescue,
    schedule,
    trail,
    watch,
)
from server.web.rendering import A_YEAR, STATIC, static_url

_OF_MEETINGS = (recommendations, schedule, interpreting, rescue)
_PAGES = (pages, plan, *_OF_MEETINGS, programme, watch, backstage, account, office, host, trail, fragments)


class KeptFiles(StaticFiles):
    """Files whose address changes with their content: browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response


def install(app: FastAPI) -> None:
    """Add the pages, their files and their kind of error. Call after `problems.install`."""
    for module in _PAGES:
        app.include_router(module.router)
    app.mount(static_url("").rstrip("/"), KeptFiles(directory=STATIC), name="static")
    errors.install(app)
