"""Departments, posts, who holds them, who is away, who stands in, who is on duty."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Django's entry for the parties of office work."""

    name = "spatial.parties"
    label = "parties"
    verbose_name = "机构与人员"
