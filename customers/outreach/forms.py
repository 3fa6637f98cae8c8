"""Forms of outreach: what a customer prefers, and how often we may write."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.core.registry import registry
from customers.models.contacts import Contact
from customers.outreach.models import (
    LONGEST_GAP,
    ClickRules,
    ContactTouch,
    ContentVersion,
    SendingLimit,
    Topic,
    TouchRules,
)
from customers.outreach.services.consent import standing_of
from customers.outreach.services.limits import lift_sending_limit, set_sending_limit

TOPIC, GAP = "topic_", "gap_"


class PreferencesForm(forms.Form):
    """A checkbox per topic that can be switched, a pause, and the language if there is a choice."""

    pause = forms.TypedChoiceField(
        label=_("A pause"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language of our mails"), required=False)

    def __init__(self, data: Any = None, *, contact: Contact) -> None:
        super().__init__(data)
        self.contact = contact
        self.topics = list(Topic.objects.exclude(basis=Topic.Basis.SERVICE))
        standing = standing_of(contact)
        for topic in self.topics:
            self.fields[TOPIC + topic.slug] = forms.BooleanField(
                label=topic.name, help_text=topic.description, required=False, initial=standing[topic.slug]
            )
        self.choice("pause").choices = self.pauses()
        self.initial["pause"] = ""
        self.languages = languages(contact.language)
        self.choice("language").choices = self.languages
        self.initial["language"] = contact.language

    def choice(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def pauses(self) -> list[tuple[int | str, Any]]:
        """What can be chosen next to what holds now."""
        choices: list[tuple[int | str, Any]] = [(30, _("Pause for 30 days")), (90, _("Pause for 90 days"))]
        now = timezone.now()
        touch = ContactTouch.objects.filter(contact=self.contact, paused_until__gt=now).first()
        if touch is None or touch.paused_until is None:
            return [("", _("No pause")), *choices]
        until = {"day": date_format(timezone.localtime(touch.paused_until), "j F Y")}
        return [("", _("Paused until %(day)s") % until), (0, _("End the pause now")), *choices]

    def topic_fields(self) -> list[forms.BoundField]:
        return [self[TOPIC + topic.slug] for topic in self.topics]

    def has_languages(self) -> bool:
        return len(self.languages) > 1

    def chosen(self) -> dict[str, Any]:
        """Arguments of `save_preferences`."""
        return {
            "topics": {topic.slug: self.cleaned_data[TOPIC + topic.slug] for topic in self.topics},
            "pause_days": self.cleaned_data["pause"],
            "language": self.cleaned_data["language"] or self.contact.language,
        }


def languages(current: str) -> list[tuple[str, str]]:
    """The languages that some mail is written in, and the one a person has."""
    names = dict(settings.LANGUAGES)
    written = set(ContentVersion.objects.order_by().values_list("language", flat=True).distinct())
    return sorted((code, str(names.get(code, code))) for code in written | {current})


class TouchRulesForm(forms.ModelForm[TouchRules]):
    """The rules, with one number of days per kind of message."""

    class Meta:
        model = TouchRules
        fields = ("gap_days", "yearly_cap", "daily_cap", "quiet_hours", "quiet_from", "quiet_until")
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "gap_days": _("Whatever they are about. 0 lets one follow the other at once."),
            "daily_cap": _("Per person, by the calendar where they are."),
            "quiet_hours": _("By the clock where the person is; what comes up then waits for the morning."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds_with_gaps():
            self.fields[GAP + kind.name] = forms.IntegerField(
                label=kind.label,
                min_value=0,
                max_value=LONGEST_GAP,
                initial=self.instance.kind_gaps.get(kind.name, 0),
            )

    def kind_fields(self) -> list[forms.BoundField]:
        return [self[GAP + kind.name] for kind in kinds_with_gaps()]

    def chosen(self) -> dict[str, Any]:
        """Arguments of `change_touch_rules`. Gaps of kinds that are not registered now are kept."""
        plain = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        gaps = {kind.name: self.cleaned_data[GAP + kind.name] for kind in kinds_with_gaps()}
        return {**plain, "kind_gaps": self.instance.kind_gaps | gaps}


class ClickRulesForm(forms.ModelForm[ClickRules]):
    class Meta:
        model = ClickRules
        fields = ("count_clicks", "early_seconds", "sweep_links", "sweep_seconds")


class SendingLimitForm(forms.Form):
    """One limit; no number is no limit."""

    messages = forms.IntegerField(label=_("Messages"), min_value=1, max_value=1_000_000, required=False)
    period = forms.TypedChoiceField(label=_("In"), coerce=int, choices=SendingLimit.Period.choices)
    burst = forms.IntegerField(
        label=_("More at once after a quiet time"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("0 spreads them evenly, which mailbox providers like best."),
    )

    def __init__(self, data: Any = None, *, scope: str, name: str) -> None:
        self.scope, self.name = scope, name
        self.limit = SendingLimit.objects.filter(scope=scope, name=name).first()
        kept = {key: getattr(self.limit, key, None) for key in ("messages", "period")}
        burst = self.limit.burst if self.limit else 0
        super().__init__(data, prefix=scope, initial={**kept, "burst": burst})

    def save(self) -> None:
        if self.cleaned_data["messages"]:
            set_sending_limit(scope=self.scope, name=self.name, **self.cleaned_data)
        else:
            lift_sending_limit(scope=self.scope, name=self.name)


def kinds_with_gaps() -> list[Any]:
    return [kind for kind in registry.message_kinds.values() if not kind.transactional]
