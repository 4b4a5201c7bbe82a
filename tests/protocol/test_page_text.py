"""In which code a page is: by its mark, its header, its own word, or its looks."""

import codecs

import pytest

from opsmon.protocol.http.page_text import code_of, page_texts, xml_text

WORDS = "门禁管理系统"
META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(WORDS.encode("gbk"), "text/html; charset=gb2312", id="header"),
        pytest.param(WORDS.encode("gbk"), 'text/html; Charset = "GBK"', id="header in quotes"),
        pytest.param((META.format("gb2312") + WORDS).encode("gbk"), "text/html", id="meta"),
        pytest.param(f'<meta charset="gbk">{WORDS}'.encode("gbk"), "", id="the short meta"),
        pytest.param(WORDS.encode("gbk"), "", id="nothing declared"),
        pytest.param(WORDS.encode(), "", id="nothing declared, UTF-8"),
        pytest.param(WORDS.encode("gbk"), "text/html; charset=utf-8", id="a false word"),
        pytest.param(WORDS.encode(), "text/html; charset=iso-8859-1", id="a false default"),
        pytest.param(codecs.BOM_UTF8 + WORDS.encode(), "text/html; charset=gbk", id="a mark is stronger"),
        pytest.param(codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), "", id="UTF-16"),
        pytest.param(WORDS.encode("gbk"), "text/html; charset=nonsense", id="unknown"),
        pytest.param(WORDS.encode("gbk") + b"\xff" + b"<br>" * 10, "text/html; charset=gb2312", id="one octet broken"),
        pytest.param(("x" * 2_000 + WORDS).encode("gbk")[:-1], "text/html; charset=gb2312", id="cut in a character"),
    ],
)
def test_a_page_is_read(body: bytes, content_type: str) -> None:
    assert any(WORDS[:5] in text for text in page_texts(body, content_type))


def test_a_word_of_taiwan() -> None:
    assert "門禁" in next(page_texts("門禁".encode("big5"), "text/html; charset=big5"))


@pytest.mark.parametrize(
    "label", ["base64", "zip", "bz2", "rot13", "unicode_escape", "punycode", "idna", "mbcs", "\0", ""]
)
def test_a_label_cannot_choose_a_codec_that_unpacks_or_runs_anything(label: str) -> None:
    assert code_of(label) == ""


@pytest.mark.parametrize("declared", ["GB2312", "gbk", "UTF-8", "nonsense"])
def test_xml_in_gbk_is_read_whatever_it_declares(declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><a>{WORDS}</a>'
    assert xml_text(document.encode("gbk")) == document
