"""Bases of the set-up's pages."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

Noun = TypeVar("Noun", bound=models.Model)


class ReadOnly(admin.ModelAdmin[Noun]):
    """What may be looked at in the set-up, and changed only by the verbs of its own room."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
