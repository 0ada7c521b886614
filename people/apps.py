from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PeopleConfig(AppConfig):
    name = "people"
    default = True


class AdministrationConfig(admin_apps.AdminConfig):
    default = False
    default_site = "people.site.Administration"
