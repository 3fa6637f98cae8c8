"""Addresses below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from customers.api.daily import InteractionViewSet, TaskViewSet
from customers.api.purchases import PurchaseViewSet, ReturnViewSet
from customers.api.views import AccountViewSet, ContactViewSet, ProductLineViewSet, ProductViewSet

router = SimpleRouter()
router.register("accounts", AccountViewSet, basename="account")
router.register("contacts", ContactViewSet, basename="contact")
router.register("product-lines", ProductLineViewSet, basename="product-line")
router.register("products", ProductViewSet, basename="product")
router.register("purchases", PurchaseViewSet, basename="purchase")
router.register("returns", ReturnViewSet, basename="return")
router.register("interactions", InteractionViewSet, basename="interaction")
router.register("tasks", TaskViewSet, basename="task")

urlpatterns = router.urls
