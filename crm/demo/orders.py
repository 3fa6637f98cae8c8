"""Three years of orders: with the seasons, growing year by year, each account at its own rhythm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from crm.demo.catalogue import FITTED, Article
from crm.demo.world import DAY, WEEK, YEAR, YEARS_REWARDED, Habit, Order, Site, World
from customers.models import Purchase, PurchaseLine, PurchaseStatus, Return, ReturnLine
from django.db import connection

# budgets are spent in spring, gyms are made ready before the term begins
SEASON = {1: 6, 2: 7, 3: 10, 4: 12, 5: 13, 6: 12, 7: 14, 8: 13, 9: 9, 10: 7, 11: 6, 12: 4}
PRICE_RISE = 1.05  # a year
RETURNED, UNLINKED = 0.045, 7
REASONS = [
    "Wrong size ordered",
    "One part arrived damaged",
    "Ordered one too many",
    "Colour does not match the gym",
    "Gym renovation postponed",
    "Hardware missing, replaced by a new set",
    "Does not fit the old floor sockets",
]
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
    while moment < habit.until:
        ordered_at = world.at_work(in_season(world, moment), site.zone)
        if habit.since <= ordered_at < min(habit.until, world.now - 2 * DAY):
            yield draft(world, site, ordered_at, basket(world, habit, ordered_at))
        moment += habit.weeks * WEEK * world.rng.gammavariate(9, 1 / 9)


def in_season(world: World, moment: dt.datetime) -> dt.datetime:
    """Moved by up to three weeks towards the months in which schools and pools buy."""
    near = [moment + world.days(-21, 21) for _ in range(3)]
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
    assert product.price and product.cost
    return PurchaseLine(
        product=product,
        quantity=Decimal(quantity),
        unit_price=Decimal(round(float(product.price) * factor, 1)).quantize(Decimal("0.01")),
        unit_cost=Decimal(round(float(product.cost) * min(1.0, factor), 1)).quantize(Decimal("0.01")),
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


def come_back(world: World, order: Order) -> Return | None:
    """A part of one line comes back, weeks after the delivery."""
    purchase = order.purchase
    assert purchase.delivered_at
    returned_at = world.at_work(purchase.delivered_at + world.days(3, 45), order.site.zone)
    if returned_at > world.now:
        return None
    line = world.pick(order.lines)
    quantity = max(1, int(line.quantity) // world.pick([1, 2, 3]))
    return Return(
        account=purchase.account,
        purchase=purchase,
        returned_at=returned_at,
        reason=world.pick(REASONS),
        total=quantity * line.unit_price,
        is_history=purchase.is_history,
        created_at=returned_at,
    )


def number_orders(world: World, told: list[Order]) -> None:
    first = world.orders.index(told[0])
    for place, order in enumerate(world.orders):
        order.purchase.number = str(FIRST_NUMBER + place - first)
        if order.back:
            order.back.number = f"R-{order.purchase.number}-1"
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


def save_returns(world: World) -> None:
    """Returns of orders, and a few from before that name none."""
    orders = [order for order in world.orders if order.back]
    orders.sort(key=returned_at)
    loose = [loose_return(world, number) for number in range(1, UNLINKED + 1)]
    returns = Return.objects.bulk_create(
        [back for back, _line in loose] + [order.back for order in orders if order.back]
    )
    lines = [line for _back, line in loose] + [returned_line(order) for order in orders]
    for back, line in zip(returns, lines, strict=True):
        line.return_of = back
        note_return(world, back)
    ReturnLine.objects.bulk_create(lines)


def returned_at(order: Order) -> dt.datetime:
    assert order.back
    return order.back.returned_at


def returned_line(order: Order) -> ReturnLine:
    assert order.back
    total = order.back.total
    line = next(one for one in order.lines if total % one.unit_price == 0 and total <= one.amount_due)
    return ReturnLine(
        ordinal=1,
        purchase_line=line,
        product=line.product,
        quantity=total / line.unit_price,
        unit_price=line.unit_price,
    )


def loose_return(world: World, number: int) -> tuple[Return, ReturnLine]:
    order = world.pick([one for one in world.orders if one.purchase.is_history])
    line = order.lines[0]
    at = order.purchase.ordered_at + world.days(40, 90)
    back = Return(
        account=order.purchase.account,
        number=f"RMA-{1040 + number}",
        returned_at=at,
        reason="Taken over from the old system",
        total=line.unit_price,
        is_history=True,
        created_at=at,
    )
    return back, ReturnLine(
        ordinal=1, product=line.product, quantity=Decimal(1), unit_price=line.unit_price
    )


def note_return(world: World, back: Return) -> None:
    """The timeline row that `record_return` writes."""
    purchase = back.purchase
    world.note(
        back.account,
        "customers.return",
        back.returned_at,
        contact_id=purchase.contact_id if purchase else None,
        link=purchase.get_absolute_url() if purchase else "",
        data={
            "return": back.pk,
            "number": back.number,
            "total": str(back.total),
            "order": purchase.number if purchase else "",
        },
        words=back.reason,
        key=f"return:{back.pk}",
    )
