from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from lib import clock


class Proposals(AppConfig):
    name = "proposals"

    def ready(self) -> None:
        """Teach Django how a proposal is written in an address, and say what is kept of a person."""
        from budgeting import registry, retention  # noqa: PLC0415  (models can be imported from here on)
        from budgeting.two import Joint, does  # noqa: PLC0415
        from notices import following  # noqa: PLC0415
        from proposals import converters, last_days, leaving, models, shortlist_public, telling, withholding  # noqa: F401, PLC0415  (converters register themselves)
        from proposals import retention as ours  # noqa: PLC0415

        def visible(person: Person) -> Any:
            return models.Proposal.objects.submitted().visible_to(person, clock.now())

        registry.offer(registry.Place.NAVIGATION, registry.Link(_("Proposals"), "proposals", of_a_cycle=True))
        does(Joint.WITHHOLD, withholding.IN_VIEW_OR_NOT)
        does(Joint.SHOW_AGAIN, withholding.IN_VIEW_OR_NOT)
        telling.register()
        last_days.register()
        shortlist_public.register()
        following.may_be_followed(models.Proposal, visible)
        following.may_be_followed(models.Category, lambda person: models.Category.objects.all())
        following.may_be_followed(models.SavedSearch, models.SavedSearch.of)
        registry.when_somebody_leaves(leaving.LEAVING)
        retention.keeps(*ours.KEPT)
        registry.keep_of_a_person(
            rows=[
                (models.Proposal, "author"),
                (models.Comment, "author"),
                (models.Complaint, "by"),
                (models.AuthorsAnswer, "by"),
                (models.Endorsement, "by"),
                (models.SavedSearch, "user"),
            ],
            traces=[
                (models.Complaint, "settled_by"),
                (models.AuthorsAnswer, "read_by"),
                (models.Decision, "by"),
                (models.Hiding, "by"),
                (models.Hiding, "confirmed_by"),
                (models.Hiding, "ended_by"),
                (models.Milestone, "by"),
                (models.Photo, "by"),
                (models.Version, "by"),
                (models.Withdrawal, "by"),
                (models.Withholding, "by"),
                (models.Withholding, "confirmed_by"),
            ],
        )
