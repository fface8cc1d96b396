"""The tables of the house, for tests that walk them all."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models


def our_models() -> list[type[models.Model]]:
    """The models of our own rooms, without those of the libraries."""
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    return [model for config in ours for model in config.get_models()]
