"""The pages' place in the application."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.web import errors, fragments, pages
from server.web.headers import SecurityHeaders
from server.web.rendering import A_YEAR, STATIC, static_url


class KeptFiles(StaticFiles):
    """Files whose address changes with their content: browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response


def install(app: FastAPI) -> None:
    """Add the pages, their files, their kind of error, and the protecting headers. Call after `problems.install`."""
    app.include_router(pages.router)
    app.include_router(fragments.router)
    app.mount(static_url("").rstrip("/"), KeptFiles(directory=STATIC), name="static")
    errors.install(app)
    app.add_middleware(SecurityHeaders)
