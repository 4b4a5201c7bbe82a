"""What people and spreadsheets write for an address, and what is meant."""

import pytest

from opsmon.ledger.table.address_cell import MAX_RANGE, read_addresses
from opsmon.ledger.table.raw_table import NumberText


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("192.168.001.010", ["192.168.1.10"]),
        ("１９２．０．２．７", ["192.0.2.7"]),
        ("192。0。2。7", ["192.0.2.7"]),
        ("192.0.2.7/24", ["192.0.2.7"]),
        ("192.0.2.7/255.255.255.0", ["192.0.2.7"]),
        ("192.0.2.7/32", ["192.0.2.7"]),
        ("http://192.0.2.7:8080/login", ["192.0.2.7"]),
        ("https://[2001:db8::7]/", ["2001:db8::7"]),
        ("2001:db8::7", ["2001:db8::7"]),
        ("nvr-1.example.net", ["nvr-1.example.net"]),
        ("192.0.2.21-23", ["192.0.2.21", "192.0.2.22", "192.0.2.23"]),
        ("192.0.2.254至192.0.3.1", ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]),
        ("192.0.2.9 ~ 192.0.2.9", ["192.0.2.9"]),
    ],
)
def test_an_address_is_read_as_it_is_meant(cell: str, meant: list[str]) -> None:
    assert list(read_addresses(cell).found) == meant


@pytest.mark.parametrize("cell", ["192.0.2.7/192.0.2.8", "192.0.2.7、192.0.2.8", "192.0.2.7\n192.0.2.8"])
def test_of_several_addresses_the_first_is_asked(cell: str) -> None:
    read = read_addresses(cell)
    assert (read.found, read.others) == (("192.0.2.7",), ("192.0.2.8",))


@pytest.mark.parametrize(
    "cell",
    ["10.1", "192.0.2", "192.0.2.300", "192.0.2.0/24", "192.0.2.9-5", "192.0.2.1-300", "224.0.0.1", "0.0.0.0",
     "192.0.2.7 or so", "见附件", "10.0.0.1-10.1.0.0", "", "fe80::1", "239.0.0.250-240.0.0.2"],
)  # fmt: skip
def test_what_is_none_is_refused_with_a_reason(cell: str) -> None:
    read = read_addresses(cell)
    assert read.found == ()
    assert read.wrong


def test_a_number_of_a_spreadsheet_is_never_an_address() -> None:
    assert "format the column as text" in read_addresses(NumberText("192168110")).hint
    assert read_addresses(NumberText("10.1")).found == ()


def test_a_range_is_bounded() -> None:
    assert len(read_addresses("10.0.0.1-10.0.4.0").found) == MAX_RANGE
    assert read_addresses("10.0.0.1-10.0.4.1").found == ()
