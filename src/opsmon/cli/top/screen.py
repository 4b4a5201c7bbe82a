"""The screen: draws a picture whenever there is news, a key or another size, and gives the terminal back at the end."""

from rich.console import Console, Group
from rich.control import Control
from rich.text import Text as Line

from opsmon.cli.top.picture import TopPicture
from opsmon.cli.top.state import TopState, press
from opsmon.cli.top.terminal import KeyBoard, key_board
from opsmon.cli.top.watch import Ask, LoadWatch

LOOK_S = 60.0  # every picture is drawn because of something; this is in case that it was missed


def show_screen(ask: Ask, state: TopState, every_s: float, language: str) -> None:
    """Until `q`. Raises what the first question does; later ones are told at the bottom of the screen."""
    first = ask()
    console = Console(highlight=False)
    with key_board() as board:
        watch = LoadWatch(ask, first, every_s, language, board.wake)
        watch.start()
        try:
            with console.screen(hide_cursor=True) as screen:
                while not state.over and not board.is_gone:
                    picture = _picture(console, watch, state, language)
                    console.control(Control.home())
                    screen.update(Group(*picture.lines()))
                    state = _next(board, picture, state)
                    watch.paused = state.paused
        finally:
            watch.stop()


def _picture(console: Console, watch: LoadWatch, state: TopState, language: str) -> TopPicture:
    width, height = console.size
    return TopPicture(watch.load, state, width, height, language, watch.trouble)


def _next(board: KeyBoard, picture: TopPicture, state: TopState) -> TopState:
    for key in board.wait(LOOK_S):
        state = press(state, key, picture.columns, picture.page, len(picture.rows))
    return state


def print_lines(lines: list[Line], width: int) -> None:
    """Lines as they are, in colours where stdout is shown in colours."""
    console = Console(width=width, highlight=False)
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
