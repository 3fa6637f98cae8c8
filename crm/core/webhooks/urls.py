"""Addresses of Settings, Webhooks."""

from __future__ import annotations

from django.urls import path

from crm.core.webhooks import replay, views

urlpatterns = [
    path("", views.webhooks, name="settings_webhooks"),
    path("new/", views.add_webhook, name="settings_add_webhook"),
    path("<int:pk>/", replay.webhook_deliveries, name="webhook_deliveries"),
    path("<int:pk>/edit/", views.edit_webhook, name="settings_edit_webhook"),
    path("<int:pk>/secret/", views.new_webhook_secret, name="new_webhook_secret"),
    path("<int:pk>/switch/", views.switch_webhook, name="switch_webhook"),
    path("<int:pk>/test/", views.test_webhook, name="test_webhook"),
    path("<int:pk>/delete/", views.delete_webhook, name="delete_webhook"),
    path("<int:pk>/retry/", replay.retry_webhook_deliveries, name="retry_webhook_deliveries"),
    path("<int:pk>/<int:delivery_pk>/", replay.webhook_delivery, name="webhook_delivery"),
    path("<int:pk>/<int:delivery_pk>/retry/", replay.retry_webhook_delivery, name="retry_webhook_delivery"),
]
