"""The route of notifications that no receiver has taken."""

import asyncio

from aiohttp import web

from opsmon.store.outbox import WAITING, OwedDelivery, incident_of
from opsmon.web.api.filters import refuse_unknown_channel
from opsmon.web.api.schemas import DeliveryDocument, DeliveryQuery
from opsmon.web.context import PARTS
from opsmon.web.route import JSON, list_json, parse_query
from opsmon.web.visit import refuse_unless_admin


async def list_deliveries(request: web.Request) -> web.Response:
    """Notifications that wait or are given up, those that failed most often first."""
    refuse_unless_admin(request)
    parts, query = request.app[PARTS], parse_query(DeliveryQuery, request)
    states = ("waiting", "dead") if query.state == "all" else (query.state,)
    found = await asyncio.to_thread(parts.deliveries, states, query.limit)
    refuse_unknown_channel(query.channel, {*parts.channels(), *(delivery.channel for delivery in found)})
    wanted = (delivery for delivery in found if query.channel in (None, delivery.channel))
    return web.Response(body=list_json(map(delivery_document, wanted)), content_type=JSON, charset="utf-8")


def delivery_document(delivery: OwedDelivery) -> DeliveryDocument:
    """The delivery as the API tells it."""
    return DeliveryDocument.model_validate(
        {
            "id": delivery.id,
            "channel": delivery.channel,
            "incident": incident_of(delivery.key),
            "state": delivery.state,
            "attempts": delivery.attempts,
            "error": delivery.error,
            "created_at": delivery.created_at,
            "next_attempt_at": delivery.next_attempt_at if delivery.state == WAITING else None,
        }
    )
