"""Which rows hang on which: the foreign keys between models, and what they mean when an import goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model, Q, QuerySet

from crm.core.importers import ImportTrace
from crm.core.registry import registry
from customers.models import AccountLink, Message

TREE = AccountLink  # follows its accounts by itself


@dataclass(frozen=True)
class Link:
    """Rows of `child` point to rows of `parent` by a column; `along`: those without a trace go with them."""

    child: type[Model]
    column: str
    parent: type[Model]
    along: bool
    where: str = "true"  # SQL about the child `c`


def label(model: type[Model]) -> str:
    return model._meta.label_lower


def taken_table(model: type[Model]) -> str:
    """Of the transaction: ids of the model's rows that go; `own`: for their own sake, not with another."""
    return f"taking_{model._meta.db_table}"


def key_column(model: type[Model]) -> str:
    assert model._meta.pk is not None
    return model._meta.pk.column


def trace_of(model: type[Model]) -> ImportTrace | None:
    return registry.import_traces.get(model._meta.label)


@cache
def links_to(parent: type[Model]) -> tuple[Link, ...]:
    """Everything that points to rows of a model and that the database would not let dangle."""
    found = [foreign_key(field, parent) for field in foreign_keys_to(parent)]
    trace = trace_of(parent)
    if trace and trace.message_kind:
        found.append(Link(Message, "reference", parent, True, f"c.kind = '{trace.message_kind}'"))
    return tuple(found)


def foreign_keys_to(parent: type[Model]) -> list[Any]:
    fields: list[Any] = [
        relation.field  # type: ignore[union-attr]  # of a relation that another model declares
        for relation in parent._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one) and relation.auto_created and not relation.concrete
    ]
    return [field for field in fields if field.model is not TREE and (holds(field) or used(field.model))]


def holds(field: Any) -> bool:
    """The database, or the trace that says its rows go along, lets none of them dangle."""
    trace = trace_of(field.model)
    return field.db_constraint or bool(trace and field.name in trace.along)


def foreign_key(field: Any, parent: type[Model]) -> Link:
    trace = trace_of(field.model)
    where = "true" if holds(field) else condition(field.model, used(field.model))
    return Link(field.model, field.column, parent, bool(trace and field.name in trace.along), where)


def used(model: type[Model]) -> Q:
    trace = trace_of(model)
    return trace.used if trace else Q()


def condition(model: type[Model], wanted: Q) -> str:
    """SQL about a row `c` of the model: it is wanted."""
    if not wanted:
        return "true"
    return f"c.{key_column(model)} IN ({as_sql(model._base_manager.filter(wanted).values('pk'))})"


def as_sql(rows: QuerySet[Any, Any]) -> str:
    """A query with its values in it, to stand in a statement that takes parameters of its own."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(*rows.query.sql_with_params()).decode()).replace("%", "%%")


def model_named(name: str) -> type[Model]:
    return apps.get_model(name)
