"""Channels that reach one person at a time: mail through a real SMTP server, and a gateway for short messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from opsmon.clock import WallClock
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, MailServer, MailTls, PageChannel, Reaches
from opsmon.notify.kind.mail import judge, render
from opsmon.notify.lane.lane import RETRIED
from opsmon.notify.message import MailMessage, VerdictKind
from opsmon.notify.wire.page_sender import PageSender
from opsmon.notify.wire.signature import sign_body
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import FAULT, fault


class Postman:
    """Keeps what comes; answers the first recipients as `script` says."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.mails: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.script:
            return self.script.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


@asynccontextmanager
async def post_office(postman: Postman) -> AsyncIterator[PageChannel]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(postman, hostname="mail.invalid", loop=loop), "127.0.0.1", 0)
    try:
        server = MailServer(
            "127.0.0.1", listening.sockets[0].getsockname()[1], "opsmon@ops.invalid", MailTls.NONE
        )  # fmt: skip
        yield PageChannel("mail", ChannelKind.MAIL, Reaches.PERSON, mail=server)
    finally:
        listening.close()


async def test_a_mail_is_in_the_readers_language_with_one_subject(tmp_path: Path) -> None:
    postman = Postman()
    async with post_office(postman) as channel:
        house = PageHouse(tmp_path, (channel,))
        async with house.running():
            house.tell(replace(FAULT, people=("p-2",)), replace(fault(8), people=("p-2",)))
            await house.until(lambda: len(house.accepted) == 2)
    (raw,) = postman.mails
    mail = message_from_bytes(raw, policy=default)
    assert mail["To"] == "b@mail.invalid"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "nobody has it" in text
    assert "#20261128-7" in text
    assert "#20261128-8" in text
    assert mail["Subject"] == text.splitlines()[0]


@pytest.mark.parametrize("between", ["｜", " | ", " "])
def test_the_link_is_in_no_subject(between: str) -> None:
    form = render(f"● 故障 d3 #20261128-7 ①{between}https://ops.invalid/a/token\nmore", ())
    assert form["subject"] == "● 故障 d3 #20261128-7 ①"
    assert "https://ops.invalid/a/token" in str(form["text"])


async def test_a_mailbox_that_is_gone_is_a_dead_letter(tmp_path: Path) -> None:
    postman = Postman("550 no such mailbox b@mail.invalid")
    async with post_office(postman) as channel:
        house = PageHouse(tmp_path, (channel,))
        async with house.running():
            house.tell(replace(FAULT, people=("p-2",)))
            await house.until(lambda: bool(house.told_of_failure))
    assert postman.mails == []
    assert house.told_of_failure == [("mail", "20261128-7-1-mail-p-2", "refused")]


@pytest.mark.parametrize("address", ["a@", "张三@mail.invalid", "b@mail.invalid\nBcc: c@mail.invalid"])
async def test_an_address_that_is_none_holds_up_nobody_else(address: str) -> None:
    postman = Postman()
    async with post_office(postman) as channel, PageSender(WallClock()) as sender:
        answer = await sender.send(MailMessage(address, "s", "t", "<1@ops.invalid>"), channel)
        assert judge(answer, WallClock().now()).kind is VerdictKind.REFUSED
    assert postman.mails == []


async def test_a_mailbox_that_is_busy_is_tried_again_and_not_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    postman = Postman("451 b@mail.invalid is busy")
    async with post_office(postman) as channel:
        house = PageHouse(tmp_path, (channel,))
        async with house.running(), asyncio.timeout(60):
            house.tell(replace(FAULT, people=("p-2",)))
            while not house.lanes["mail"].results[RETRIED]:  # noqa: ASYNC110 - counted inside the lane
                await asyncio.sleep(0.01)
            (parcel,) = house.parcels.open_parcels("mail")
    assert parcel.attempts == 1
    assert "SMTP 451" in caplog.text
    assert "b@mail" not in caplog.text


@asynccontextmanager
async def gateway(heard: list[tuple[web.Request, bytes]]) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        heard.append((request, await request.read()))
        return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/sms", take)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/sms"
    finally:
        await runner.cleanup()


async def test_a_gateway_gets_a_signed_message_for_each_person(tmp_path: Path) -> None:
    heard: list[tuple[web.Request, bytes]] = []
    async with gateway(heard) as url:
        channel = PageChannel(
            "sms", ChannelKind.JSON, Reaches.PERSON, (Secret(url),), secret=Secret("s3cret")
        )  # fmt: skip
        house = PageHouse(tmp_path, (channel,))
        async with house.running():
            house.tell(replace(FAULT, people=("p-1", "p-2")))
            await house.until(lambda: len(house.accepted) == 2)
    bodies = [json.loads(raw) for _, raw in heard]
    assert {body["phone"] for body in bodies} == {"13800000001", "13800000002"}
    assert {body["person"] for body in bodies} == {"p-1", "p-2"}
    for request, raw in heard:
        assert request.headers["X-Opsmon-Signature"] == sign_body(Secret("s3cret"), raw)
        assert request.headers["X-Opsmon-Delivery"] == json.loads(raw)["delivery"]
