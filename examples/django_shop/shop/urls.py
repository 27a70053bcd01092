"""The shop's pages, LaraBill's API under /billing/, and the admin."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from shop import views

urlpatterns = [
    path("", views.plans),
    path("signup", views.sign_up),
    path("login", auth.LoginView.as_view(template_name="form.html", extra_context={"title": "Log in"})),
    path("logout", auth.LogoutView.as_view()),
    path("order/<str:plan>", views.order),
    path("account", views.account),
    path("pay/<uuid:invoice>", views.pay),
    path("cancel/<uuid:subscription>", views.cancel),
    path("billing/", include("larabill_django.urls")),
    path("admin/", admin.site.urls),
]
