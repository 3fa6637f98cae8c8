"""Addresses of loyalty: staff pages, and customers' referral forms behind a code."""

from __future__ import annotations

from django.urls import path

from loyalty.views import members, programs, referral_form, referrals

app_name = "loyalty"
urlpatterns = [
    path("loyalty/", programs.overview, name="overview"),
    path("loyalty/program/", programs.edit, name="edit"),
    path("loyalty/referrals/", referrals.referral_list, name="referrals"),
    path("loyalty/members/<int:pk>/", members.member, name="member"),
    path("loyalty/members/<int:pk>/adjust/", members.adjust, name="adjust"),
    path("r/<str:code>/", referral_form.refer, name="referral"),
    path("r/<str:code>/touch/", referral_form.touch, name="touch"),
    path("r/<str:code>/thanks/", referral_form.thanks, name="thanks"),
]
