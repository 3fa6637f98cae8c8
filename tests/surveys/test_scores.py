import pytest

from surveys.scores import nps


def test_published_interval():
    score = nps(promoters=50, detractors=20, n=100)

    assert score.value == 30
    assert score.low is not None
    assert score.high is not None
    assert (round(score.low, 1), round(score.high, 1)) == (14.1, 44.2)


def test_nobody_answered_is_not_a_zero():
    score = nps(promoters=0, detractors=0, n=0)

    assert (score.value, score.low, score.high) == (None, None, None)
    assert score.verdict == "no answers yet"


@pytest.mark.parametrize(
    ("n", "verdict", "sayable"),
    [
        (1, "1 answer, too few to say", False),
        (9, "9 answers, too few to say", False),
        (10, "10 answers, low confidence", True),
        (29, "29 answers, low confidence", True),
        (30, "30 answers", True),
    ],
)
def test_how_sure(n, verdict, sayable):
    score = nps(promoters=n, detractors=0, n=n)

    assert (score.verdict, score.is_sayable) == (verdict, sayable)


@pytest.mark.parametrize(("promoters", "detractors"), [(3, 0), (0, 3)])
def test_the_interval_stays_on_the_scale(promoters, detractors):
    score = nps(promoters=promoters, detractors=detractors, n=3)

    assert score.low is not None
    assert score.high is not None
    assert -100 <= score.low <= score.high <= 100
