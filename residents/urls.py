"""Addresses of residents who show that they live here, and of clerks who keep the register."""

from django.urls import path

from residents.views import in_person, letters, lines, register, verify

urlpatterns = [
    path("verify/", verify.ways, name="verify"),
    path("verify/letter/", verify.by_letter, name="verify_by_letter"),
    path("desk/<cycle:cycle>/register/", register.upload, name="register"),
    path("desk/<cycle:cycle>/register/<int:number>/", register.preview, name="register_import"),
    path("desk/<cycle:cycle>/register/<int:number>/rejected.csv", register.rejected, name="register_rejected"),
    path("desk/<cycle:cycle>/register/<int:number>/same-people.csv", register.same, name="register_same_people"),
    path("desk/<cycle:cycle>/register/lines/", lines.lines, name="lines"),
    path("desk/<cycle:cycle>/letters/", letters.make, name="letters"),
    path("desk/<cycle:cycle>/letters/voiding/", letters.void, name="letter_voiding"),
    path("desk/<cycle:cycle>/letters/runs/<int:number>/posting/", letters.post, name="letters_posting"),
    path("desk/<cycle:cycle>/residents/", in_person.verify, name="verify_at_desk"),
    path("desk/<cycle:cycle>/residents/verified/", in_person.verified, name="verified_at_desk"),
    path("desk/<cycle:cycle>/claims/<int:number>/", in_person.claim, name="claim"),
]
