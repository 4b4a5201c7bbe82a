"""The fit and the drawing of `benchmarks.growth`."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._growth import drawing, exponent, last_exponent

SIZES = (1_000.0, 3_000.0, 10_000.0, 50_000.0)


@given(st.floats(0.1, 3), st.floats(1e-6, 1e6))
def test_a_power_is_found_again(power: float, factor: float) -> None:
    assert exponent([(size, factor * size**power) for size in SIZES]) == pytest.approx(power)


def test_a_constant_at_the_start_hides_growth_that_the_largest_fleets_show() -> None:
    points = [(size, 100 + size**2 / 1e6) for size in SIZES]
    assert exponent(points) < last_exponent(points) < 2


def test_one_size_has_no_growth() -> None:
    with pytest.raises(ValueError, match="two points"):
        exponent([(1_000, 3)])


def test_every_curve_is_drawn_with_its_exponent() -> None:
    linear, still = [(size, size / 1e3) for size in SIZES], [(size, 7.0) for size in SIZES]
    svg = ElementTree.fromstring(drawing({"memory <MB>": linear, "check": still}, "growth"))  # noqa: S314 - ours
    texts = [element.text or "" for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text.startswith("memory <MB>")] == ["memory <MB>: 1 … 50, exponent 1.00"]
    assert any(text.startswith("check") and text.endswith("exponent 0.00") for text in texts)
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}polyline"))) == 3
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}circle"))) == 2 * len(SIZES)


def test_no_point_lies_outside_the_frame() -> None:
    svg = ElementTree.fromstring(drawing({"share": [(1, 1e-9), (50_000, 1.0)]}, ""))  # noqa: S314 - ours
    for circle in svg.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.attrib["cy"]) <= 460
        assert 0 <= float(circle.attrib["cx"]) <= 720
