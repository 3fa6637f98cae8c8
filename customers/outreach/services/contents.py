"""Contents of mails, by name: words in versions that never change once they are used."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from customers.outreach.compiling import CompiledMail, compile_mail
from customers.outreach.models import Content, ContentLink, ContentVersion


def shipped_mail(name: str) -> str:
    """The MJML of a content that comes with an app: `shipped_mail("surveys/delivery")`."""
    app, _, file = name.partition("/")
    return (Path(settings.BASE_DIR) / "templates" / app / "mail" / f"{file}.mjml").read_text()


@transaction.atomic
def ensure_content(*, slug: str, name: str, subject: str, body: str, language: str = "en") -> ContentVersion:
    """Have this content say exactly this in this language: a new version is made only when it doesn't.

    `body` is MJML with Liquid: a whole document, or sections that are put into the company's frame.
    Raises BadContent when it does not compile.
    """
    compiled = compile_mail(subject=subject, body=body, language=language)
    content = Content.objects.select_for_update(no_key=True).get_or_create(
        slug=slug, defaults={"name": name}
    )[0]
    latest = content.versions.filter(language=language).order_by("-number").first()
    if latest and (latest.subject, latest.html, latest.text) == (subject, compiled.html, compiled.text):
        return latest if latest.counted_html else with_counted_links(latest, compiled)
    made = ContentVersion.objects.create(
        content=content,
        number=latest.number + 1 if latest else 1,
        language=language,
        subject=subject,
        body=body,
        html=compiled.html,
        text=compiled.text,
    )
    return with_counted_links(made, compiled)


def with_counted_links(version: ContentVersion, compiled: CompiledMail) -> ContentVersion:
    """The version with rows for its links. What was sent without them is as it was."""
    if compiled.targets:
        targets = ("", *compiled.targets)  # number 0 is the hidden one
        ContentLink.objects.bulk_create(
            ContentLink(version=version, number=number, target=target)
            for number, target in enumerate(targets)
        )
        version.counted_html, version.counted_text = compiled.counted_html, compiled.counted_text
        version.save(update_fields=["counted_html", "counted_text"])
    return version
