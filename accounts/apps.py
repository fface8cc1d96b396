from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Fill the directory by which the other rooms find people, and say what is kept of a person."""
        from allauth.account.models import EmailAddress  # noqa: PLC0415  (models can be imported from here on)
        from allauth.account.signals import user_signed_up  # noqa: PLC0415
        from allauth.mfa.models import Authenticator  # noqa: PLC0415
        from allauth.socialaccount.models import SocialAccount  # noqa: PLC0415
        from allauth.usersessions.models import UserSession  # noqa: PLC0415
        from django.contrib.admin.models import LogEntry  # noqa: PLC0415
        from django.db.models.signals import pre_save  # noqa: PLC0415

        from accounts import lost_factors, proving  # noqa: PLC0415
        from accounts.models import KnownNetwork, Role, User  # noqa: PLC0415
        from audit.models import AuditEvent  # noqa: PLC0415
        from budgeting import people, registry  # noqa: PLC0415

        people.keep_directory(Role.holders_of)
        registry.keep_of_a_person(
            rows=[
                (User, "id"),
                (Role, "user"),
                (KnownNetwork, "user"),
                (EmailAddress, "user"),
                (Authenticator, "user"),
                (SocialAccount, "user"),
                (UserSession, "user"),
                (AuditEvent, "actor"),
            ],
            traces=[(Role, "granted_by"), (LogEntry, "user")],
        )
        user_signed_up.connect(proving.set_here)
        # allauth has no other door: it saves addresses and second factors itself.
        pre_save.connect(proving.before_a_proof, sender=EmailAddress)
        pre_save.connect(lost_factors.before_a_new_one, sender=Authenticator)
