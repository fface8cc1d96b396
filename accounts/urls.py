"""The addresses of this room."""

from django.urls import path

from accounts.views import audit, desk, letters, me, register, verify
from budgeting import addresses  # noqa: F401  (registers <cycle:…>)

urlpatterns = [
    path("me/", me.page, name="me"),
    path("me/name/", me.name, name="my_name"),
    path("me/language/", me.language, name="my_language"),
    path("me/data.json", me.data, name="my_data"),
    path("me/second-factor/", me.second_factor, name="second_factor"),
    path("verify/", verify.ways, name="verify"),
    path("verify/letter/", verify.by_letter, name="verify_by_letter"),
    path("desk/", desk.page, name="desk"),
    path("desk/<cycle:cycle>/register/", register.upload, name="register"),
    path("desk/<cycle:cycle>/register/<int:number>/", register.preview, name="register_import"),
    path("desk/<cycle:cycle>/register/<int:number>/rejected.csv", register.rejected, name="register_rejected"),
    path("desk/<cycle:cycle>/letters/", letters.make, name="letters"),
    path("desk/<cycle:cycle>/letters/voiding/", letters.void, name="letter_voiding"),
    path("desk/<cycle:cycle>/residents/", desk.resident, name="verify_at_desk"),
    path("desk/<cycle:cycle>/claims/<int:number>/", desk.claim, name="claim"),
    path("audit/", audit.page, name="audit"),
    path("audit/log.csv", audit.export, name="audit_export"),
]
