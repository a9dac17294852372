"""Pages for anybody: what a convention has announced to the public."""

from typing import Annotated

from fastapi import Depends, Request

from server.api.door import PublicDep, PublicDesk, find_visitor


async def opened(request: Request, desk: PublicDep) -> PublicDesk | str:
    """The public's desk of a convention; for somebody who takes part in it, its address instead."""
    visitor = await find_visitor(request, desk.parts)
    if visitor is not None and (await desk.parts.doorkeeper.actor(visitor, desk.house)).member:
        return desk.house.slug
    return desk


Opened = Annotated[PublicDesk | str, Depends(opened)]
