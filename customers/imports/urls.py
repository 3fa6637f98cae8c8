from django.urls import path

from customers.imports import map_views, views
from customers.imports.reverting.views import take_back
from customers.imports.scheduled import views as scheduled

app_name = "imports"

urlpatterns = [
    path("", views.choose, name="choose"),
    path("new/<str:importer>/", views.upload, name="upload"),
    path("columns/<str:token>/", views.columns, name="columns"),
    path("<int:pk>/start/", views.start, name="start"),
    path("<int:pk>/columns/", views.again, name="again"),
    path("<int:pk>/refused.csv", views.refused, name="refused"),
    path("<int:pk>/take-back/", take_back, name="take_back"),
    path("schedules/", scheduled.schedules, name="schedules"),
    path("schedules/new/<int:pk>/", scheduled.add, name="schedule_add"),
    path("schedules/<int:pk>/", scheduled.edit, name="schedule"),
    path("schedules/<int:pk>/look/", scheduled.look_now, name="schedule_look"),
    path("schedules/<int:pk>/switch/", scheduled.switch, name="schedule_switch"),
    path("schedules/<int:pk>/delete/", scheduled.delete, name="schedule_delete"),
    path("maps/", map_views.maps, name="maps"),
    path("maps/<int:pk>/", map_views.rename, name="map"),
    path("maps/<int:pk>/delete/", map_views.delete, name="map_delete"),
]
