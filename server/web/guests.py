"""Pages for anybody: what a convention has announced to the public."""

from typing import Annotated

from fastapi import Depends, Request

from server.accounts.doorkeeper import NOWHERE
from server.api.door import PartsDep, PublicDesk, Slug, find_visitor


async def opened(request: Request, parts: PartsDep, slug: Slug) -> PublicDesk | str:
    """The public's desk of a convention; for somebody who takes part in it, its address instead.

    Where there is no such convention, the same is asked: nothing is public there.
    """
    visitor = await find_visitor(request, parts)
    house = await parts.doorkeeper.house(slug)
    if visitor is not None and (await parts.doorkeeper.actor(visitor, house or NOWHERE)).member and house is not None:
        return house.slug
    return PublicDesk(parts, house or NOWHERE)


Opened = Annotated[PublicDesk | str, Depends(opened)]
