"""Programs: their rules are changed for what is earned from now on."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from loyalty.models import Program


@transaction.atomic
def change_program(*, program: Program, **rules: Any) -> Program:
    """Change the rules. Points that were given keep those of their day. Raises ValidationError."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    for name, value in rules.items():
        setattr(program, name, value)
    program.full_clean()
    program.save()
    return program
