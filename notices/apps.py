from django.apps import AppConfig


class Notices(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """Serve the bell and its page, let cycles and districts be followed, and say what is kept of people."""
        from budgeting import registry, retention  # noqa: PLC0415  (models can be imported from here on)
        from budgeting.models import Cycle, District  # noqa: PLC0415
        from notices import following, leaving  # noqa: PLC0415
        from notices import retention as ours  # noqa: PLC0415
        from notices.models import Choice, Follow, Happening, Mail, Notice, Returned, Wording  # noqa: PLC0415
        from notices.models.happening import unread_by  # noqa: PLC0415

        registry.serve(registry.Page.NOTICES, "notices")
        registry.rings_for(unread_by)
        following.may_be_followed(Cycle, lambda person: Cycle.objects.all())
        following.may_be_followed(District, lambda person: District.objects.all())
        registry.when_somebody_leaves(leaving.LEAVING)
        registry.keep_of_a_person(
            rows=[(Follow, "user"), (Choice, "user"), (Notice, "reader"), (Mail, "reader"), (Returned, "user")],
            traces=[(Happening, "by"), (Wording, "by")],
        )
        retention.keeps(*ours.KEPT)
