"""Who was let in to give a command, as one text beside the person's own word of who they are.

    token:NAME@ADDRESS                  over HTTP, with the token of that name, from that address
    token:NAME@ADDRESS through ADDRESS  the same, by a proxy that the settings trust
    session:NAME@ADDRESS                by a person who signed in, from that address; through a proxy likewise
    link:PERSON@ADDRESS                 by a link that was sent to that person, from that address; likewise
    … on behalf of PERSON               the same, by a manager who tells what somebody else said or did
    local:ACCOUNT                       by the command line itself, as that account of this machine

Journals of before have none: "".
"""

_FOR, _THROUGH = " on behalf of ", " through "
_KINDS_ZH = {"token": "令牌", "session": "会话", "link": "链接", "local": "本机"}


def over_http(token: str, address: str, proxy: str = "") -> str:
    """A token's name is of ASCII letters, digits, `.`, `_` and `-`, so that the text has one meaning."""
    return f"token:{token}@{address}{f'{_THROUGH}{proxy}' if proxy else ''}"


def over_session(account: str, address: str, proxy: str = "") -> str:
    """An account's name is of the same characters as a token's."""
    return f"session:{account}@{address}{f'{_THROUGH}{proxy}' if proxy else ''}"


def over_link(person: str, address: str, proxy: str = "") -> str:
    """A person's id is of the same characters as a token's."""
    return f"link:{person}@{address}{f'{_THROUGH}{proxy}' if proxy else ''}"


def on_behalf_of(via: str, person: str) -> str:
    """Whom a manager speaks for. The person's name stands last: it may be of any characters."""
    return f"{via}{_FOR}{person}"


def spoken_for(via: str) -> str:
    """The person of `on_behalf_of`, "" for none: no account, token or address has a blank in it."""
    return via.partition(_FOR)[2]


def origin_words(via: str, language: str) -> str:
    """The text for a reader; names and addresses stand as they are."""
    if language != "zh":
        return via
    who, _, person = via.partition(_FOR)
    kind, colon, rest = who.partition(":")
    told = f"{_KINDS_ZH.get(kind, kind)}{colon}{rest.replace(_THROUGH, ' 经 ')}"
    return f"{told} 代 {person}" if person else told


def on_this_machine(account: str) -> str:
    """The account that ran the command."""
    return f"local:{account}"
