from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class Front(AppConfig):
    name = "front"

    def ready(self) -> None:
        """Serve the pages every other room leads to."""
        from budgeting import registry  # noqa: PLC0415  (nothing of ours is imported before the models are there)
        from front import acts_told, desk_today, log_ends, phases_told, works_fail  # noqa: PLC0415

        for told in (acts_told, desk_today, log_ends, phases_told, works_fail):
            told.register()
        autodiscover_modules("tasks")  # the desk says in words what of the worker's work fails
        registry.serve(registry.Page.HOME, "home")
        registry.serve(registry.Page.DESK, "desk")
        registry.serve(registry.Page.ME, "me")
        how_it_works = registry.Link(_("How it works"), "how_it_works")
        registry.offer(registry.Place.NAVIGATION, how_it_works)
        registry.offer(registry.Place.FOOTER, how_it_works, registry.Link(_("Accessibility"), "accessibility"))
        if settings.DEMO or settings.DEBUG:
            registry.offer(registry.Place.FOOTER, registry.Link(_("Style guide"), "styleguide"))
