"""Every page of the console, and every form of it."""

from opsmon.web.auth import Access
from opsmon.web.frame.asset import show_asset
from opsmon.web.frame.live import show_stream
from opsmon.web.frame.preference import set_preference
from opsmon.web.pages.board import show_board
from opsmon.web.route import HTML, Route

PAGE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/", show_board, "The board: what is wrong, the least time left first", content=HTML),
    Route("GET", "/stream", show_stream, "Tells open pages of changes", content="text/event-stream"),
    Route("GET", "/static/{hash}/{file}", show_asset, "The script and the style", Access.OPEN, content="text/css"),
    Route("POST", "/preference", set_preference, "The language and colours of a reader", Access.READ, content=HTML),
)
