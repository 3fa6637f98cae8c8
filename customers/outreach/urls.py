"""/outbox/, /settings/touch/, the links in customers' mails, and what providers report."""

from __future__ import annotations

from django.urls import path

from customers.outreach.views import contents, links, outbox, rules, state, webhooks

app_name = "outreach"
urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/sending/", state.sending, name="sending"),
    path("outbox/sending/pause/", state.pause, name="pause_sending"),
    path("outbox/sending/start/", state.resume, name="resume_sending"),
    path("outbox/sending/retry/", state.retry, name="retry_failed"),
    path("outbox/sending/try/", state.try_now, name="try_now"),
    path("outbox/sending/limits/", state.limits, name="sending_limits"),
    path("outbox/<int:pk>/", outbox.message, name="message"),
    path("outbox/<int:pk>/mail/", outbox.message_mail, name="message_mail"),
    path("outbox/<int:pk>/cancel/", outbox.cancel, name="cancel"),
    path("outbox/contents/", contents.contents, name="contents"),
    path("outbox/contents/<slug:slug>/", contents.content, name="content"),
    path("outbox/contents/<slug:slug>/switch/", contents.switch, name="switch_clicks"),
    path("settings/clicks/", contents.click_rules, name="click_rules"),
    path("settings/touch/", rules.touch_rules, name="touch_rules"),
    path("feedback/<slug:provider>/", webhooks.webhook, name="webhook"),
    path("c/<str:token>/", links.clicks, name="clicks"),
    path("c/<str:token>/<int:number>/", links.click, name="click"),
    path("m/<str:token>/view/", links.view, name="view"),
    path("m/<str:token>/mail/", links.mail, name="mail"),
    path("m/<str:token>/unsubscribe/", links.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>/", links.preferences, name="preferences"),
]
