"""The onvif check against a camera of our own making that keeps the rules of the wire: clock, login, identity."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as Xml

import pytest
from aiohttp import web
from pydantic import ValidationError

from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.onvif import OnvifSpec, security_header
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.http.auth import Login
from tests.support.probe.context import device_with
from tests.support.probe.onvif_camera import IDENTITY, SOAP, clock_answer, envelope, fault
from tests.support.probe.web_server import web_server

WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
PASSWORD = "a<b&c"


class Camera:
    """Checks logins as the profile says: digest, user, and a stamp near its own clock."""

    def __init__(self, ahead: timedelta = timedelta(), *, guards_time: bool = False) -> None:
        self.ahead, self.guards_time = ahead, guards_time
        self.said: list[str] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def answer(self, request: web.Request) -> web.Response:
        text = await request.text()
        self.said.append(text)
        root = Xml.fromstring(text)  # noqa: S314 - what our own check wrote
        body = root.find(f"{{{SOAP}}}Body")
        assert body is not None
        operation = body[0].tag.rpartition("}")[2]
        if (operation != "GetSystemDateAndTime" or self.guards_time) and not self.lets_in(root):
            return web.Response(status=400, text=fault("ter:NotAuthorized"), content_type="application/soap+xml")
        text = clock_answer(self.now()) if operation == "GetSystemDateAndTime" else IDENTITY
        return web.Response(text=text, content_type="application/soap+xml")

    def lets_in(self, root: Xml.Element) -> bool:
        token = root.find(f".//{WSSE}UsernameToken")
        if token is None:
            return False
        nonce = base64.b64decode(token.findtext(f"{WSSE}Nonce") or "")
        created = token.findtext(f"{WSU}Created") or ""
        digest = hashlib.sha1(nonce + created.encode() + PASSWORD.encode(), usedforsecurity=False).digest()
        near = abs(datetime.fromisoformat(created) - self.now()) < timedelta(seconds=5)
        right = token.findtext(f"{WSSE}Password") == base64.b64encode(digest).decode()
        return near and right and token.findtext(f"{WSSE}Username") == "pat<rol"


async def check(context: ProbeContext, port: int, **settings: object) -> Sample:
    device = device_with("onvif", OnvifSpec.model_validate({"port": port, **settings}), timeout_s=5.0)
    return await run_check(device, device.checks[0], context)


LOGIN = {"username": "pat<rol", "password": Secret(PASSWORD)}


@pytest.mark.parametrize("ahead_s", [0, 3600, -86_400 * 400])
async def test_the_clock_is_compared_and_a_wrong_one_is_no_wrong_password(context: ProbeContext, ahead_s: int) -> None:
    camera = Camera(timedelta(seconds=ahead_s))
    async with web_server(camera.answer) as port:
        sample = await check(context, port, **LOGIN)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    reading = sample.readings[1]
    assert reading.block.keys[0].metric == "device_clock_offset_seconds"
    assert abs(reading.values[0] - ahead_s) <= 1.5
    assert sample.identity
    identity = (sample.identity.vendor, sample.identity.model, sample.identity.serial, sample.identity.software)
    assert identity == ("Vista", "V-200", "SN42", "1.2.3")
    assert PASSWORD not in "".join(camera.said)


async def test_without_a_login_the_clock_alone_is_asked(context: ProbeContext) -> None:
    camera = Camera()
    async with web_server(camera.answer) as port:
        sample = await check(context, port)
    assert sample.outcome is Outcome.OK
    assert sample.identity is None
    assert len(camera.said) == 1


async def test_a_clock_that_is_off_by_more_than_allowed_is_degraded(context: ProbeContext) -> None:
    async with web_server(Camera(timedelta(minutes=10)).answer) as port:
        sample = await check(context, port, max_offset="60s")
    assert sample.outcome is Outcome.DEGRADED
    assert "60 s allowed" in sample.detail


async def test_a_wrong_password_is_auth(context: ProbeContext) -> None:
    async with web_server(Camera().answer) as port:
        sample = await check(context, port, username="pat<rol", password=Secret("guess-guess"))
    assert sample.outcome is Outcome.AUTH
    assert "guess" not in repr(sample)


async def test_a_camera_that_guards_even_its_time_is_given_the_login(context: ProbeContext) -> None:
    async with web_server(Camera(guards_time=True).answer) as port:
        assert (await check(context, port, **LOGIN)).outcome is Outcome.OK
        assert (await check(context, port)).outcome is Outcome.AUTH


async def test_no_password_is_given_to_who_asks_for_it_in_clear(context: ProbeContext) -> None:
    given: list[str] = []

    async def greedy(request: web.Request) -> web.Response:
        given.append(request.headers.get("Authorization", ""))
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="camera"'})

    async with web_server(greedy) as port:
        sample = await check(context, port, **LOGIN)
    assert sample.outcome is Outcome.AUTH
    assert not any(given)


BILLION = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        ("", 200, Outcome.PROTOCOL),
        ("<html>welcome</html>", 200, Outcome.PROTOCOL),
        ("<broken", 200, Outcome.PROTOCOL),
        (BILLION, 200, Outcome.PROTOCOL),
        ("x" * 300_000, 200, Outcome.PROTOCOL),
        (IDENTITY, 200, Outcome.PROTOCOL),
        ("", 404, Outcome.PROTOCOL),
        (fault("ter:ActionNotSupported"), 500, Outcome.DEGRADED),
        (fault("wsse:FailedAuthentication"), 400, Outcome.AUTH),
        (envelope("<tds:GetSystemDateAndTimeResponse/>"), 200, Outcome.DEGRADED),
        (clock_answer(datetime(2026, 1, 1, tzinfo=UTC)).replace("2026", "26000"), 200, Outcome.DEGRADED),
        (clock_answer(datetime(2026, 1, 1, tzinfo=UTC)).replace("<tt:Hour>0", "<tt:Hour>x"), 200, Outcome.DEGRADED),
    ],
)
async def test_other_answers_say_what_is_wrong(context: ProbeContext, text: str, status: int, outcome: Outcome) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=text, status=status)

    async with web_server(answer) as port:
        assert (await check(context, port)).outcome is outcome


def test_the_login_is_that_of_the_published_example() -> None:
    """ONVIF Application Programmer's Guide, WS-UsernameToken: user "user", password "userpassword"."""
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    created = datetime(2010, 9, 16, 7, 50, 45, tzinfo=UTC)
    header = security_header(Login("user", Secret("userpassword")), created, nonce)
    assert ">tuOSpGlFlIXsozq4HFNeeGeFLEI=</Password>" in header
    assert ">2010-09-16T07:50:45Z</Created>" in header


@pytest.mark.parametrize("wrong", [{"path": "x"}, {"max_offset": 0}, {"tls": "yes"}, {"port": 0}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OnvifSpec.model_validate(wrong)
