"""What Fairground Sports makes: five product lines with prices, costs and usual quantities."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from customers.models import Product, ProductLine
from customers.services.products import create_product_line

BLEACHERS, FLOORS, GOALS = "Bleachers", "Gym floors", "Goals"
NETS, POOL = "Nets", "Pool equipment"
FITTED = {BLEACHERS, FLOORS}  # our own crew puts these up

# article number, name, list price, unit cost, fewest and most in one order
ROWS: dict[str, list[tuple[str, str, int, int, int, int]]] = {
    BLEACHERS: [
        ("BL-3R", "Bleacher, 3-row aluminium", 1480, 910, 1, 4),
        ("BL-5R", "Bleacher, 5-row aluminium", 2950, 1790, 1, 4),
        ("BL-10R", "Bleacher, 10-row with aisle", 7900, 4960, 1, 2),
        ("BL-TIP", "Tip-and-roll bleacher, 4-row", 2240, 1390, 1, 4),
        ("BL-TEL", "Telescopic bleacher, per section", 9600, 6150, 1, 2),
        ("BL-WHL", "Wheelchair platform", 3150, 1980, 1, 2),
        ("BL-GRK", "Guard rail kit", 700, 385, 1, 3),
        ("BL-PLK", "Replacement planks, set of 10", 620, 330, 1, 4),
        ("BL-INS", "Yearly bleacher inspection", 480, 240, 1, 3),
    ],
    FLOORS: [
        ("FL-MPL", "Maple gym floor, per 100 sq ft", 1180, 760, 4, 12),
        ("FL-VIN", "Sports vinyl, per 100 sq ft", 690, 410, 5, 14),
        ("FL-RUB", "Rubber tiles, 8 mm, pallet", 860, 500, 2, 6),
        ("FL-COV", "Floor cover rolls, set", 1740, 1060, 1, 3),
        ("FL-RFN", "Sand and refinish, per court", 4200, 2550, 1, 1),
        ("FL-LIN", "Court line painting", 940, 460, 1, 2),
        ("FL-CLN", "Floor care kit", 185, 84, 2, 8),
    ],
    GOALS: [
        ("GO-SOC", "Soccer goal, full size, pair", 2380, 1420, 1, 3),
        ("GO-YTH", "Soccer goal, youth, pair", 1290, 760, 1, 4),
        ("GO-FUT", "Futsal goal, folding, pair", 980, 570, 1, 4),
        ("GO-BBW", "Basketball backboard, wall", 1150, 690, 1, 4),
        ("GO-BBP", "Portable basketball hoop", 2890, 1780, 1, 3),
        ("GO-FBG", "Football goal post, pair", 5400, 3340, 1, 1),
        ("GO-LAX", "Lacrosse goal, pair", 640, 370, 1, 4),
        ("GO-ANC", "Goal anchors, set of 8", 165, 72, 2, 8),
        ("GO-PAD", "Goal post padding", 240, 118, 2, 8),
    ],
    NETS: [
        ("NE-VOL", "Volleyball net system", 1690, 1010, 1, 3),
        ("NE-VNT", "Volleyball net, tournament", 185, 82, 2, 8),
        ("NE-SOC", "Soccer nets, pair", 148, 61, 2, 10),
        ("NE-BBN", "Basketball nets, dozen", 96, 38, 2, 8),
        ("NE-DIV", "Gym divider curtain", 4900, 3080, 1, 1),
        ("NE-BCK", "Ball-stop netting, 100 ft", 1240, 690, 1, 3),
        ("NE-BAT", "Batting cage net", 1080, 610, 1, 2),
    ],
    POOL: [
        ("PO-LAN", "Lane line, 25 m", 520, 290, 2, 8),
        ("PO-BLK", "Starting block", 1980, 1210, 1, 6),
        ("PO-LFT", "Pool access lift", 5600, 3520, 1, 1),
        ("PO-GRD", "Lifeguard chair", 1340, 790, 1, 3),
        ("PO-RES", "Rescue equipment station", 390, 190, 1, 4),
        ("PO-KCK", "Kickboards, set of 20", 210, 88, 1, 6),
        ("PO-CLK", "Pace clock", 430, 235, 1, 3),
        ("PO-CVR", "Pool cover and reel", 4300, 2760, 1, 1),
    ],
}


@dataclass(frozen=True)
class Article:
    """A product with its line and the quantities in which it is usually bought."""

    product: Product
    line: str
    fewest: int
    most: int


@dataclass(frozen=True)
class Catalogue:
    lines: dict[str, ProductLine]
    articles: dict[str, Article]

    def of_line(self, line: str) -> list[Article]:
        return [article for article in self.articles.values() if article.line == line]


def stock() -> Catalogue:
    """Write lines and products."""
    lines = {name: create_product_line(name=name) for name in ROWS}
    rows = [(name, row) for name, of_line in ROWS.items() for row in of_line]
    products = Product.objects.bulk_create(
        [
            Product(sku=sku, name=name, line=lines[line], price=Decimal(price), cost=Decimal(cost))
            for line, (sku, name, price, cost, _fewest, _most) in rows
        ]
    )
    articles = {
        product.sku: Article(product, line, row[4], row[5])
        for product, (line, row) in zip(products, rows, strict=True)
    }
    return Catalogue(lines, articles)
