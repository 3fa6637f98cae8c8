"""Addresses of the customers app."""

from __future__ import annotations

from django.urls import path

from customers.views import (
    account_list,
    accounts,
    contacts,
    log,
    privacy,
    privacy_requests,
    products,
    purchases,
    tasks,
)

app_name = "customers"

urlpatterns = [
    path("customers/", account_list.accounts, name="accounts"),
    path("customers/export/", account_list.accounts_csv, name="accounts_csv"),
    path("customers/new/", accounts.account_new, name="account_new"),
    path("customers/pick/", accounts.account_picks, name="account_picks"),
    path("customers/<int:pk>/", accounts.account, name="account"),
    path("customers/<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("customers/<int:pk>/archive/", accounts.account_archive, name="account_archive"),
    path("customers/<int:pk>/restore/", accounts.account_restore, name="account_restore"),
    path("customers/<int:pk>/timeline/", accounts.account_timeline, name="account_timeline"),
    path("customers/<int:pk>/cards/", accounts.account_cards, name="account_cards"),
    path("customers/<int:pk>/do-next/", accounts.account_tasks, name="account_tasks"),
    path("customers/<int:pk>/log/", log.account_log, name="account_log"),
    path("customers/<int:pk>/people/", contacts.account_people, name="account_people"),
    path("customers/<int:pk>/people/new/", contacts.contact_new, name="contact_new"),
    path("customers/<int:pk>/people/options/", log.people_options, name="people_options"),
    path("customers/<int:pk>/purchases/", purchases.account_purchases, name="account_purchases"),
    path("customers/<int:pk>/purchases/new/", purchases.purchase_new, name="purchase_new"),
    path("customers/<int:pk>/tasks/new/", tasks.task_new, name="task_new"),
    path("contacts/<int:pk>/", contacts.contact, name="contact"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/archive/", contacts.contact_archive, name="contact_archive"),
    path("contacts/<int:pk>/restore/", contacts.contact_restore, name="contact_restore"),
    path("contacts/<int:pk>/copy/", privacy.contact_copy, name="contact_copy"),
    path("contacts/<int:pk>/erase/", privacy.contact_erase, name="contact_erase"),
    path("contacts/<int:pk>/consent/", contacts.contact_consent, name="contact_consent"),
    path("purchases/line/<int:index>/", purchases.purchase_line, name="purchase_line"),
    path("purchases/products/", purchases.product_options, name="product_options"),
    path("purchases/<int:pk>/", purchases.purchase, name="purchase"),
    path("purchases/<int:pk>/status/", purchases.purchase_status, name="purchase_status"),
    path("purchases/<int:pk>/return/", purchases.purchase_return, name="purchase_return"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task_row, name="task_row"),
    path("tasks/<int:pk>/done/", tasks.task_done, name="task_done"),
    path("tasks/<int:pk>/snooze/", tasks.task_snooze, name="task_snooze"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<int:pk>/wake/", tasks.task_wake, name="task_wake"),
    path("log/lines/", log.product_line_options, name="product_line_options"),
    path("settings/privacy/", privacy_requests.requested, name="privacy_requests"),
    path("settings/privacy/copy/", privacy_requests.named_copy, name="named_copy"),
    path("settings/products/", products.products, name="products"),
    path("settings/products/new/", products.product_new, name="product_new"),
    path("settings/products/<int:pk>/", products.product_edit, name="product_edit"),
    path("settings/product-lines/", products.product_lines, name="product_lines"),
    path("settings/product-lines/<int:pk>/", products.product_line_edit, name="product_line_edit"),
]
