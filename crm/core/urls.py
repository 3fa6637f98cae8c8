"""Addresses of the ground floor: settings, a person's own pages, operations."""

from __future__ import annotations

from django.urls import include, path

from crm.core.views import audit, exports, housekeeping, jobs, operations, person, settings

urlpatterns = [
    path("settings/", settings.index, name="settings"),
    path("settings/brand/", settings.brand, name="settings_brand"),
    path("settings/brand/colour/", settings.brand_colour, name="settings_brand_colour"),
    path("settings/hours/", settings.money_and_hours, name="settings_hours"),
    path("settings/people/", settings.people, name="settings_people"),
    path("settings/people/new/", settings.add_person, name="settings_add_person"),
    path("settings/people/<int:pk>/", settings.edit_person, name="settings_edit_person"),
    path("settings/people/<int:pk>/unlink/", settings.unlink_person, name="settings_unlink_person"),
    path("settings/teams/", settings.teams, name="settings_teams"),
    path("settings/teams/new/", settings.edit_team, name="settings_add_team"),
    path("settings/teams/<int:pk>/", settings.edit_team, name="settings_edit_team"),
    path("settings/teams/<int:pk>/delete/", settings.remove_team, name="settings_remove_team"),
    path("settings/webhooks/", include("crm.core.webhooks.urls")),
    path("profile/", person.profile, name="profile"),
    path("profile/tokens/", person.tokens, name="tokens"),
    path("profile/tokens/<int:pk>/revoke/", person.revoke, name="revoke_token"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:pk>/", jobs.job_page, name="job"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("exports/", exports.export_page, name="exports"),
    path("exports/start/", exports.export_start, name="export_start"),
    path("exports/<int:pk>/file/", exports.export_file, name="export_file"),
    path("operations/housekeeping/", housekeeping.housekeeping, name="housekeeping"),
    path("settings/retention/", housekeeping.retention, name="settings_retention"),
    path("operations/deliveries/", operations.deliveries, name="deliveries"),
    path("operations/deliveries/retry/", operations.retry_deliveries, name="retry_deliveries"),
    path("audit/", audit.changed, name="audit"),
    path("audit/downloads/", audit.downloaded, name="audit_downloads"),
]
