"""Answers to challenges, held by the examples of RFC 7616 and RFC 2617, and by what devices really send."""

import pytest

from opsmon.model.secret import Secret
from opsmon.protocol.http.auth import Challenge, Login, answer_challenge, choose_challenge, parse_challenges

MUFASA = Login("Mufasa", Secret("Circle of Life"))
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    (challenge,) = parse_challenges([RFC_7616.format(algorithm)])
    answer = answer_challenge(challenge, MUFASA, "GET", "/dir/index.html", CNONCE)
    assert f'response="{response}"' in answer
    assert f"algorithm={algorithm}, opaque=" in answer
    assert 'qop=auth, nc=00000001, cnonce="' in answer


def test_the_example_of_rfc_2617() -> None:
    header = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    (challenge,) = parse_challenges([header])
    login = Login("Mufasa", Secret("Circle Of Life"))
    answer = answer_challenge(challenge, login, "GET", "/dir/index.html", "0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in answer
    assert "algorithm" not in answer


def test_a_challenge_without_qop_is_answered_the_old_way() -> None:
    (challenge,) = parse_challenges(['Digest realm="camera", nonce="abc"'])
    answer = answer_challenge(challenge, MUFASA, "DESCRIBE", "rtsp://h/", "unused")
    assert "qop" not in answer
    assert "cnonce" not in answer


def test_basic_is_the_pair_in_base64() -> None:
    (challenge,) = parse_challenges(['Basic realm="x"'])
    login = Login("Aladdin", Secret("open sesame"))
    assert answer_challenge(challenge, login, "GET", "/", "") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("headers", "chosen"),
    [
        (['Basic realm="a"', 'Digest realm="b", nonce="1"'], "MD5"),
        (['Digest realm="b", nonce="1", Basic realm="a"'], "MD5"),
        (['Digest realm="b", nonce="1", algorithm=MD5', 'Digest realm="b", nonce="1", algorithm=SHA-256'], "SHA-256"),
        (['Digest realm="b", nonce="1", qop="auth-int"', 'Basic realm="Digest of things"'], "basic"),
        (['Digest realm="b", nonce="1", algorithm=WHIRLPOOL'], ""),
        (["Negotiate abc", "NTLM"], ""),
        ([], ""),
    ],
)
def test_the_strongest_that_can_be_answered_is_chosen(headers: list[str], chosen: str) -> None:
    challenge = choose_challenge(parse_challenges(headers))
    words = "" if challenge is None else "basic" if challenge.scheme == "basic" else challenge.hash_name
    assert words == chosen


def test_quoted_commas_and_quotes_do_not_confuse() -> None:
    (challenge,) = parse_challenges(['Digest realm="a, b=\\"c\\"", nonce="n"'])
    assert challenge == Challenge("digest", {"realm": 'a, b=\\"c\\"', "nonce": "n"})
