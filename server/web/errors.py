"""Errors for people: whoever reads pages gets a page, programs get the problem as it is."""

import json
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from server.web.rendering import render

Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def wants_page(request: Request) -> bool:
    """Somebody looks at this in a browser, and it is no part of the API."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def for_people(handler: Handler) -> Handler:
    """The handler's answer, as a page where a page is wanted."""

    async def handle(request: Request, error: Exception) -> Response:
        told = handler(request, error)
        response = await told if isawaitable(told) else told
        if wants_page(request):
            problem = json.loads(bytes(response.body))
            wait = response.headers.get("retry-after")
            page = render(request, "error.html", response.status_code, problem=problem, wait=wait)
            page.headers.update(
                {k: v for k, v in response.headers.items() if k not in ("content-length", "content-type")}
            )
            response = page
        return response

    return handle


def install(app: FastAPI) -> None:
    """Wrap every error handler there is."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, for_people(handler))
