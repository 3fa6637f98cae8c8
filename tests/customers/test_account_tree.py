"""The database keeps the tree true: ancestors at every depth, no circles, also under two hands at once."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.models import Account, AccountLink
from customers.services.accounts import update_account
from tests.factories import create_account

pytestmark = pytest.mark.django_db


def names(queryset) -> list[str]:
    return [account.name for account in queryset]


def test_it_works():
    district = create_account(name="District")
    school = create_account(name="School", parent=district)
    gym = create_account(name="Gym", parent=school)

    assert names(Account.objects.above(gym)) == ["District", "School"]
    assert set(names(Account.objects.subtree_of(district))) == {"District", "School", "Gym"}


def test_moving_takes_the_subtree_along():
    one, other = create_account(name="One"), create_account(name="Other")
    school = create_account(name="School", parent=one)
    gym = create_account(name="Gym", parent=school)

    update_account(account=school, parent=other)

    assert names(Account.objects.above(gym)) == ["Other", "School"]
    assert names(Account.objects.subtree_of(one)) == ["One"]


def test_a_circle_is_refused_in_words():
    top = create_account(name="Top")
    below = create_account(name="Below", parent=top)

    with pytest.raises(ValidationError, match="cannot be part of itself"):
        update_account(account=top, parent=below)


def test_the_database_refuses_a_circle_by_itself():
    top = create_account(name="Top")
    below = create_account(name="Below", parent=top)

    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Account.objects.filter(pk=top.pk).update(parent=below)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=top.pk).update(parent=top)


def test_a_chain_may_be_twelve_deep_and_no_deeper():
    account = create_account(name="0")
    for depth in range(1, 13):
        account = create_account(name=str(depth), parent=account)

    with pytest.raises(IntegrityError, match="12 deep"), transaction.atomic():
        Account.objects.create(name="13", parent=account)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_cannot_close_a_circle():
    one, other = create_account(name="One"), create_account(name="Other")
    barrier, refused = threading.Barrier(2), []

    def move(account: Account, parent: Account) -> None:
        barrier.wait()
        try:
            Account.objects.filter(pk=account.pk).update(parent=parent)
        except IntegrityError:
            refused.append(account.name)
        connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Account.objects.filter(parent=None).count() == 1


@settings(max_examples=25, deadline=None)
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=15))
def test_links_always_equal_the_parents(moves):
    with transaction.atomic():
        accounts = [Account.objects.create(name=f"Account {n}") for n in range(6)]
        for child, parent in moves:
            try:
                with transaction.atomic():
                    target = None if parent is None else accounts[parent].pk
                    Account.objects.filter(pk=accounts[child].pk).update(parent=target)
            except IntegrityError:
                pass
        parents = dict(Account.objects.filter(pk__in=[a.pk for a in accounts]).values_list("pk", "parent_id"))
        expected = set()
        for pk in parents:
            ancestor, depth = pk, 0
            while ancestor is not None:
                expected.add((pk, ancestor, depth))
                ancestor, depth = parents[ancestor], depth + 1
        links = AccountLink.objects.filter(descendant__in=parents)
        assert set(links.values_list("descendant_id", "ancestor_id", "depth")) == expected
        transaction.set_rollback(True)
