"""NetBox's REST API by way of pynetbox: devices page by page, custom fields by PATCH; every failure in words that help.

Promises: TLS is verified, an answer has a time-out, the token goes to the address of the settings and nowhere else: no
redirect is followed, no `next` link is trusted (behind a proxy it often says `http://`), no .netrc takes its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opsmon.config.netbox.settings import NetboxSettings
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.netbox.fault import RedirectedError, problem_of
from opsmon.text.bilingual import Sentence

PAGE = 200
MAX_DEVICES = 100_000  # a root holds no more
BATCH = 100  # devices in one PATCH; NetBox changes all of them or none
Record = dict[str, Any]


class NetboxClient:
    """One NetBox. Every call raises ConfigError."""

    def __init__(self, settings: NetboxSettings) -> None:
        import pynetbox

        self._settings = settings
        self._token = settings.token.reveal()
        self._api = pynetbox.api(settings.url, token=self._token)
        self._api.http_session = _session(settings)
        self.version = ""

    def devices(self, filters: Mapping[str, Sequence[str]]) -> Iterator[Record]:
        """Every device that matches, as plain data, in NetBox's order."""
        words = {name: list(values) for name, values in filters.items()}
        got = 0
        while got < MAX_DEVICES:
            page, total = self._page(words, got)
            yield from page
            got += len(page)
            if not page or got >= total:
                return
        told = Sentence(
            f"NetBox has more than {MAX_DEVICES:,} such devices", f"NetBox 中这样的设备超过 {MAX_DEVICES:,} 台"
        )
        raise ConfigError(
            (
                Problem(
                    "",
                    0,
                    0,
                    told,
                    Sentence("narrow it: `--site`, `--role`, `--tag`", "请缩小范围：`--site`、`--role`、`--tag`"),
                ),
            )
        )

    def _page(self, words: Mapping[str, list[str]], offset: int) -> tuple[list[Record], int]:
        with _told(self._settings.url):
            found = self._api.dcim.devices.filter(exclude="config_context", limit=PAGE, offset=offset, **words)
            page = [_device(one) for one in found]
            self.version = self._api.http_session.api_version
            if not self.version:  # every NetBox says it with every answer
                raise ValueError("no API-Version")
            return page, len(found) if page else 0

    def write(self, changes: Sequence[Record]) -> Iterator[int]:
        """Each change is `{id, custom_fields}`; yields how many devices are done after each batch."""
        for start in range(0, len(changes), BATCH):
            batch = list(changes[start : start + BATCH])
            with _told(self._settings.url):
                self._api.dcim.devices.update(batch)
            yield start + len(batch)


def _device(found: Any) -> Record:
    """One device as plain data. Raises ValueError for what is none."""
    device = dict(found)
    if not isinstance(device.get("id"), int):
        raise ValueError("a device without a number")
    return device


def _session(settings: NetboxSettings) -> Any:
    """A session that keeps to one address, has a time-out, and remembers which version answered."""
    import requests

    class Session(requests.Session):
        api_version = ""

        def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
            kwargs.setdefault("timeout", settings.timeout_s)
            kwargs["allow_redirects"] = False
            answer = super().request(method, url, *args, **kwargs)
            self.api_version = answer.headers.get("API-Version", self.api_version)
            if answer.is_redirect or answer.is_permanent_redirect:
                raise RedirectedError(answer.headers.get("Location", ""))
            return answer

    session = Session()
    session.verify = settings.authority or True
    session.auth = _keep_header
    return session


def _keep_header(request: Any) -> Any:
    """Stands where requests would look into .netrc, and put what is there over the token."""
    return request


class _told:  # noqa: N801 - reads as a word in `with _told(url):`
    """Turns what pynetbox and requests raise into a ConfigError that says what to do."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception):
            return
        problem = problem_of(error, self._url)
        if problem is not None:
            raise ConfigError((problem,)) from None
