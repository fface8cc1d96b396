from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Fill the directory by which the other rooms find people, and say what is kept of a person."""
        from allauth.account.models import EmailAddress  # noqa: PLC0415  (models can be imported from here on)
        from allauth.account.signals import password_reset, user_signed_up  # noqa: PLC0415
        from allauth.mfa.models import Authenticator  # noqa: PLC0415
        from allauth.socialaccount.models import SocialAccount  # noqa: PLC0415
        from allauth.usersessions.models import UserSession  # noqa: PLC0415
        from django.contrib.admin.models import LogEntry  # noqa: PLC0415
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415
        from django.db.models.signals import pre_save  # noqa: PLC0415

        from accounts import (  # noqa: PLC0415
            changes,
            closing,
            compared,
            directory,
            factors_by_two,
            lost_factors,
            proving,
            seen_again,
            words,
        )
        from accounts import retention as ours  # noqa: PLC0415
        from accounts.models import Invitation, KnownNetwork, Role, User  # noqa: PLC0415
        from accounts.sessions import before_it_is_kept  # noqa: PLC0415
        from audit.models import AuditEvent  # noqa: PLC0415
        from budgeting import people, registry, retention, two  # noqa: PLC0415

        registry.serve(registry.Page.STILL_HERE, "still_here")
        words.register()
        compared.register()
        people.keep_directory(directory.holders_of)
        two.does(two.Joint.TAKE_FACTOR, factors_by_two.TAKING)
        retention.keeps(*ours.KEPT)
        registry.when_somebody_leaves(closing.LEAVING)
        registry.keep_of_a_person(
            rows=[
                (User, "id"),
                (Role, "user"),
                (Invitation, "accepted_by"),
                (KnownNetwork, "user"),
                (EmailAddress, "user"),
                (Authenticator, "user"),
                (SocialAccount, "user"),
                (UserSession, "user"),
                (AuditEvent, "actor"),
            ],
            traces=[(Role, "granted_by"), (Invitation, "invited_by"), (LogEntry, "user")],
        )
        user_logged_in.connect(seen_again.after_a_sign_in)
        user_signed_up.connect(proving.set_here)
        password_reset.connect(changes.password_set_anew)
        # allauth has no other door: it saves addresses and second factors itself.
        pre_save.connect(before_it_is_kept, sender=UserSession)
        pre_save.connect(proving.before_a_proof, sender=EmailAddress)
        pre_save.connect(lost_factors.before_a_new_one, sender=Authenticator)
