"""For those who watch the server: is it alive, is it ready, what does it count; and the live protocol's description."""

from hmac import compare_digest
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from server.api.door import PartsDep
from server.api.problems import problem
from server.database import reading
from server.errors import NotFound
from server.live.asyncapi import document
from server.logs import security_log
from server.parts import Parts

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    response_model=None,
    openapi_extra={"responses": {"503": {"$ref": "#/components/responses/Problem503"}}},
)
async def readyz(parts: PartsDep) -> Response | dict[str, str]:
    """The database answers too."""

    def ask() -> None:
        with reading(parts.engine) as db:
            db.connection().execute(text("SELECT 1 FROM alembic_version"))

    try:
        await run_in_threadpool(ask)
    except Exception:
        return problem(503, "busy", "The database does not answer.", "Look at the database, then run madang migrate.")
    return {"status": "ready"}


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, parts: PartsDep) -> Response:
    """What this process counts, for Prometheus. Numbers only, nothing about anybody; with a token set, for its bearer.

    Raises:
        NotFound: the token is missing or another.
    """
    token = parts.settings.metrics_token
    told = request.headers.get("authorization", "")
    if token and not compare_digest(told.encode(), f"Bearer {token}".encode()):
        security_log("metrics_refused")
        raise NotFound
    return Response(generate_latest(_registry(parts)), media_type=CONTENT_TYPE_LATEST)


def _registry(parts: Parts) -> CollectorRegistry:
    registry = CollectorRegistry()
    readers = Gauge("madang_live_readers", "Live connections", registry=registry)
    readers.set(parts.hub.readers)
    waiting = Gauge("madang_writer_waiting", "Commands accepted and not yet committed", registry=registry)
    waiting.set(parts.writer.waiting)
    return registry


@router.get("/asyncapi.json")
async def asyncapi() -> dict[str, Any]:
    """The live protocol as an AsyncAPI 3 document."""
    return document()
