import datetime as dt
import pytest
from django.utils import timezone
from crm.core.events import drain
from crm.core.registry import registry
from crm.core.models import *
from surveys.links import token_of
from surveys.models import *
from surveys.services.capture import record_answer
from surveys.services.counting import count_due_responses
from tests.factories import *
from django.test import Client
from tests.fixtures.browser import axe_violations

def test_shots(browser_page, committed_db, live_site):
    for install in registry.defaults: install()
    SurveyRules.objects.update_or_create(pk=1, defaults=dict(hold_seconds=0, fast_click_seconds=0))
    boss=create_user(name="Mara Keller")
    a=create_account(name="Riverside Unified School District", owner=boss)
    for i in range(14):
        acc=create_account(name=f"School {i}", parent=a, owner=boss)
        p=create_purchase(contact=create_contact(account=acc, first_name="Dana"), delivered_at=timezone.now()-dt.timedelta(days=7))
        drain()
        inv=Invitation.objects.get(purchase=p)
        if i==0: tok=token_of(inv)
        else: record_answer(invitation=inv, score=[9,10,4,8,10,7,9,0][i%8], comment=["Bleachers are great, the delivery window was not. We had to send a crew home.",""][i%2])
    count_due_responses()
    c=Client(); c.force_login(boss)
    browser_page.context.add_cookies([{"name":"perennial_session","value":c.cookies["perennial_session"].value,"url":live_site.url}])
    s=Survey.objects.get()
    for w,h in ((1440,1000),(390,844)):
        browser_page.set_viewport_size({"width":w,"height":h})
        for sch in ("light","dark"):
            browser_page.emulate_media(color_scheme=sch)
            for name,path in (("page",f"/s/{tok}/?score=4"),("list","/surveys/"),("survey",s.get_absolute_url()),("edit",s.get_absolute_url()+"edit/"),("rules","/settings/surveys/"),("account",a.get_absolute_url()),("today","/")):
                r=browser_page.goto(path)
                print(name,w,sch,r.status, axe_violations(browser_page), browser_page.evaluate("document.documentElement.scrollWidth"))
                browser_page.screenshot(path=f"/tmp/shots/{name}-{w}-{sch}.png", full_page=True)
