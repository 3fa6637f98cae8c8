"""Three years of orders: with the seasons, growing year by year, each account at its own rhythm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db import connection

from crm.demo.catalogue import FITTED, Article
from crm.demo.returns import come_back, save_returns
from crm.demo.world import DAY, WEEK, YEAR, YEARS_REWARDED, Habit, Order, Site, World
from customers.models import Purchase, PurchaseLine, PurchaseStatus

# budgets are spent in spring, gyms are made ready before the term begins
SEASON = {1: 6, 2: 7, 3: 10, 4: 12, 5: 13, 6: 12, 7: 14, 8: 13, 9: 9, 10: 7, 11: 6, 12: 4}
PRICE_RISE = 1.05  # a year
RETURNED = 0.045
SHIFT = 3 * WEEK  # by which a season moves an order at most
FIRST_NUMBER = 20418  # the order the story is about; the others are counted from it


def sell(world: World, told: list[Order]) -> None:
    """Add orders by habit to those of the story, number all by date, and write them."""
    world.orders = told + [order for site in world.sites for order in orders_of(world, site)]
    world.orders.sort(key=lambda order: order.purchase.ordered_at)
    number_orders(world, told)
    save_orders(world)
    save_returns(world)


def orders_of(world: World, site: Site) -> Iterator[Order]:
    habit = site.habit
    if habit is None:
        return
    moment = habit.since + habit.weeks * WEEK * world.rng.uniform(0, 0.8)
    while moment < habit.until + SHIFT:
        ordered_at = world.at_work(in_season(world, moment), site.zone)
        if habit.since <= ordered_at < min(habit.until, world.now - 2 * DAY):
            yield draft(world, site, ordered_at, basket(world, habit, ordered_at))
        moment += habit.weeks * WEEK * world.rng.gammavariate(9, 1 / 9)


def in_season(world: World, moment: dt.datetime) -> dt.datetime:
    """Moved by up to three weeks towards the months in which schools and pools buy."""
    near = [moment + SHIFT * world.rng.uniform(-1, 1) for _ in range(3)]
    return world.rng.choices(near, [SEASON[day.month] for day in near])[0]


def basket(world: World, habit: Habit, at: dt.datetime) -> list[PurchaseLine]:
    many = world.rng.choices([1, 2, 3], [55, 30, 15])[0]
    lines = world.rng.choices(list(habit.lines), list(habit.lines.values()), k=many)
    chosen = {article.product.sku: article for article in (pick(world, line) for line in lines)}
    return [
        line_of(
            article,
            quantity=max(1, round(world.rng.uniform(article.fewest, article.most) * habit.size)),
            factor=PRICE_RISE ** -((world.now - at) / YEAR) * world.rng.choice([1, 1, 1, 0.97, 0.95, 0.92]),
        )
        for article in chosen.values()
    ]


def pick(world: World, line: str) -> Article:
    """One article of the line, the cheaper ones more often."""
    articles = world.catalogue.of_line(line)
    return world.rng.choices(articles, [float(one.product.price or 1) ** -0.35 for one in articles])[0]


def line_of(article: Article, *, quantity: int, factor: float = 1.0) -> PurchaseLine:
    product = article.product
    assert product.price
    assert product.cost
    return PurchaseLine(
        product=product,
        quantity=Decimal(quantity),
        unit_price=Decimal(round(float(product.price) * factor)),
        unit_cost=Decimal(round(float(product.cost) * min(1.0, factor))),
    )


def draft(world: World, site: Site, ordered_at: dt.datetime, lines: list[PurchaseLine]) -> Order:
    """An order with its dates as far as they have come by now."""
    purchase = Purchase(
        account=site.account,
        contact=world.pick(site.contacts),
        ordered_at=ordered_at,
        total=sum((line.quantity * line.unit_price for line in lines), Decimal(0)),
        is_history=ordered_at < world.now - YEARS_REWARDED * YEAR,
        created_at=ordered_at,
    )
    order = Order(site, purchase, lines)
    shipped = world.at_work(ordered_at + world.days(2, 9), site.zone)
    delivered = world.at_work(shipped + world.days(1, 5), site.zone)
    fitted = world.at_work(delivered + world.days(1, 10), site.zone)
    reach(world, purchase, PurchaseStatus.SHIPPED, shipped)
    reach(world, purchase, PurchaseStatus.DELIVERED, delivered)
    if any(world.catalogue.articles[line.product.sku].line in FITTED for line in lines if line.product):
        reach(world, purchase, PurchaseStatus.INSTALLED, fitted)
    if purchase.delivered_at and world.chance(RETURNED):
        order.back = come_back(world, order)
    return order


def reach(world: World, purchase: Purchase, status: PurchaseStatus, at: dt.datetime) -> None:
    if at < world.now:
        purchase.status = status
        setattr(purchase, f"{status}_at", at)


def number_orders(world: World, told: list[Order]) -> None:
    first = world.orders.index(told[0])
    for place, order in enumerate(world.orders):
        order.purchase.number = str(FIRST_NUMBER + place - first)
        if order.back:
            order.back.row.number = f"R-{order.purchase.number}-1"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval('customers_purchase_number', %s)", [FIRST_NUMBER + len(world.orders) - first]
        )


def save_orders(world: World) -> None:
    Purchase.objects.bulk_create([order.purchase for order in world.orders])
    for order in world.orders:
        for ordinal, line in enumerate(order.lines, start=1):
            line.purchase, line.ordinal = order.purchase, ordinal
        note_order(world, order)
    PurchaseLine.objects.bulk_create([line for order in world.orders for line in order.lines])


def note_order(world: World, order: Order) -> None:
    """The timeline rows that `record_purchase` and `change_status` write."""
    purchase, first = order.purchase, order.lines[0]
    link, data = purchase.get_absolute_url(), {"purchase": purchase.pk, "number": purchase.number}
    bought = {
        "total": str(purchase.total),
        "first": first.label,
        "quantity": f"{first.quantity.normalize():f}",
        "lines": len(order.lines),
    }
    about = {"contact_id": purchase.contact_id, "link": link}
    world.note(
        purchase.account,
        "customers.purchase",
        purchase.ordered_at,
        data=data | bought,
        key=f"purchase:{purchase.pk}",
        **about,
    )
    for status in (PurchaseStatus.SHIPPED, PurchaseStatus.DELIVERED, PurchaseStatus.INSTALLED):
        if at := getattr(purchase, f"{status}_at"):
            world.note(
                purchase.account,
                "customers.purchase_status",
                at,
                data=data | {"status": status.value},
                key=f"purchase:{purchase.pk}:{status}",
                **about,
            )
