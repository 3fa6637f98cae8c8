"""How often somebody may knock."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from crm.core.models import ThrottleCount
from crm.core.registry import registry
from crm.core.throttle import allow, client_address, client_network, window_end

pytestmark = pytest.mark.django_db
YEAR = 365 * 24 * 3600


def test_it_works():
    assert [allow(key="form:a", limit=2, seconds=YEAR) for _ in range(3)] == [True, True, False]
    assert allow(key="form:b", limit=2, seconds=YEAR)


@pytest.mark.django_db(transaction=True)
def test_it_is_exact_for_many_at_once():
    allowed, barrier = [], threading.Barrier(6)

    def knock() -> None:
        barrier.wait()
        for _ in range(20):
            allowed.append(allow(key="form", limit=50, seconds=YEAR))
        connection.close()

    threads = [threading.Thread(target=knock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (allowed.count(True), allowed.count(False)) == (50, 70)
    assert ThrottleCount.objects.get().calls == 120


def test_windows_follow_each_other():
    end = window_end(60)

    assert dt.timedelta(0) < end - timezone.now() <= dt.timedelta(seconds=60)
    assert end.timestamp() % 60 == 0


def test_a_window_that_is_over_counts_no_more_and_is_forgotten():
    over = ThrottleCount.objects.create(key="form", ends_at=timezone.now() - dt.timedelta(seconds=1), calls=9)

    assert allow(key="form", limit=1, seconds=YEAR)
    registry.periodic["forget who knocked"].run()

    assert not ThrottleCount.objects.filter(pk=over.pk).exists()
    assert ThrottleCount.objects.get().calls == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("", "0.0.0.0"),
        ("nonsense", "0.0.0.0"),
    ],
)
def test_who_has_a_whole_network_is_still_one_caller(address: str, network: str):
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network


def test_behind_our_proxy_the_last_address_it_saw_counts(settings):
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1, 2001:db8:1:2::9"})
    assert client_network(request) == "127.0.0.1"

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert client_network(request) == "2001:db8:1:2::/64"
    assert client_address(request) == "2001:db8:1:2::9"
