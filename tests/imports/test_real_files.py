"""Published data, imported by the command: figures that are known from outside."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Sum

from crm.core.models import Job
from customers.models import Account, Product, Purchase, PurchaseLine, Return, ReturnLine
from tests.factories import create_user
from tests.imports.importing import ORDER, checksums

pytestmark = pytest.mark.django_db

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"there is no {DATA.name} folder beside the checkout"
)


def import_file(path: Path, map_name: str, **options: Any) -> str:
    out = StringIO()
    call_command("import_purchases", path, map=map_name, stdout=out, **options)
    return out.getvalue()


@needs_data
def test_online_retail_and_again():
    said = import_file(DATA / "online_retail_2011.csv.gz", "online_retail")

    report = Job.objects.get().report
    assert (report["read"], report["refused"], report["kept"]) == (541_909, 135_080, 406_829)
    assert report["reasons"] == [{"reason": "No customer number", "rows": 135_080}]
    assert "541,909 lines read, 406,829 kept, 135,080 refused" in said
    assert Account.objects.count() == 4_372
    assert Product.objects.count() == 3_684
    assert Purchase.objects.count() + Return.objects.count() == 22_190
    assert Return.objects.filter(purchase=None).count() == 3_654
    assert PurchaseLine.objects.count() + ReturnLine.objects.count() == 406_829
    assert net() == Decimal("8300065.81")
    assert not Purchase.objects.filter(is_history=False).exists()

    before = checksums()
    said = import_file(DATA / "online_retail_2011.csv.gz", "online_retail")
    assert "Nothing changed" in said
    assert checksums() == before


def net() -> Decimal:
    bought = Purchase.objects.aggregate(sum=Sum("total"))["sum"]
    returned = Return.objects.aggregate(sum=Sum("total"))["sum"]
    return round(bought - returned, 2)


@needs_data
def test_cdnow():
    import_file(DATA / "CDNOW_sample.txt", "cdnow")

    assert Account.objects.count() == 2_357
    assert Purchase.objects.count() == 6_919
    first = Account.objects.get(external_id="0001")
    numbers = first.purchases.order_by("ordered_at").values_list("number", "total")
    assert list(numbers) == [
        ("0001-19970101-1", Decimal("29.33")),
        ("0001-19970118-1", Decimal("29.73")),
        ("0001-19970802-1", Decimal("14.96")),
        ("0001-19971212-1", Decimal("26.48")),
    ]
    before = checksums()
    import_file(DATA / "CDNOW_sample.txt", "cdnow")
    assert checksums() == before


def test_a_map_of_ones_own(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDER)
    fields = {"number": "Order", "ordered_at": "Date", "account_number": "Customer", "unit_price": "Price"}
    (tmp_path / "map.json").write_text(json.dumps({"fields": fields}))
    owner = create_user()

    said = import_file(tmp_path / "orders.csv", str(tmp_path / "map.json"), owner=owner.email.upper())

    assert "Customers in the file: 1\nNet: 1588.50" in said
    assert Account.objects.get().owner == owner


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("{", "The map cannot be read"),
        ("[]", "A map is a JSON object"),
        ('{"fields": {}}', "Choose a column for: Customer number."),
        ('{"fields": {"colour": "x"}}', "There is no field “colour”."),
        ('{"fields": {}, "delimiter": []}', "“delimiter” has the wrong form."),
        ('{"fields": {}, "speed": 1}', "A map knows nothing of “speed”."),
    ],
)
def test_a_bad_map_says_why(tmp_path, raw: str, words: str):
    (tmp_path / "orders.csv").write_text(ORDER)
    (tmp_path / "map.json").write_text(raw)
    with pytest.raises(CommandError, match=words):
        import_file(tmp_path / "orders.csv", str(tmp_path / "map.json"))


def test_what_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(CommandError, match="directory"):
        import_file(tmp_path, "online_retail")
    with pytest.raises(CommandError, match="No such file"):
        import_file(tmp_path / "gone.csv", "online_retail")
    with pytest.raises(CommandError, match="Nobody signs in as"):
        import_file(tmp_path, "online_retail", owner="nobody@example.com")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CommandError, match=r"The file is empty\."):
        import_file(tmp_path / "empty.csv", "online_retail")
