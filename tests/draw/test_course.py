"""A course tells a number at any time."""

from __future__ import annotations

import pytest

from texelnet.draw.course import Changing, Course, read_course
from texelnet.draw.course import now as at
from texelnet.errors import DrawError

BENT = Course(((1, 80), (3, 60), (4, 0)))


@pytest.mark.parametrize(
    ("seconds", "value"),
    [(-5, 80), (1, 80), (2, 70), (3, 60), (3.5, 30), (4, 0), (99, 0)],
)
def test_between_its_keys_a_course_changes_evenly_and_else_it_stays(
    seconds: float, value: float
) -> None:
    assert BENT.at(seconds) == pytest.approx(value)
    assert at(BENT, seconds) == BENT.at(seconds)
    assert at(7.0, seconds) == 7.0


@pytest.mark.parametrize(
    ("text", "value"),
    [("70", 70.0), ("-3.5", -3.5), ("0:80", Course(((0, 80),))), (str(BENT), BENT)],
)
def test_a_word_says_a_number_or_a_course(text: str, value: Changing) -> None:
    assert read_course(text, "--tilt") == value


FORM = "a number, or its values at seconds: 0:80,4:60"
REFUSED = {
    "steep": f'--tilt: "steep" is no number\n  try: {FORM}',
    "0:80,": f'--tilt: "0:80," is no number\n  try: {FORM}',
    "0:80:90": f'--tilt: "0:80:90" is no number\n  try: {FORM}',
    "4:60,0:80": "a course: its keys are 4:60,0:80\n  try: each later than the one before",
    "0:nan": "a course: its keys are 0:nan\n  try: pairs of finite numbers",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_no_course_is_refused(text: str, message: str) -> None:
    with pytest.raises(DrawError) as caught:
        read_course(text, "--tilt")
    assert str(caught.value) == message
