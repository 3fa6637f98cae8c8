from django.urls import path

from customers.imports import views

app_name = "imports"

urlpatterns = [
    path("", views.upload, name="upload"),
    path("columns/<str:token>/", views.columns, name="columns"),
    path("<int:pk>/refused.csv", views.refused, name="refused"),
]
