"""Addresses of proposals: looked for, written, discussed, hidden, decided on and built."""

from django.urls import path

from proposals.views import browse, discuss, hiding, review, searches, write

IN_DISTRICT = "<cycle:cycle>/<slug:district>/proposals/"
ONE = IN_DISTRICT + "<numbered:number>/"
DRAFT = IN_DISTRICT + "drafts/<int:pk>/"

urlpatterns = [
    path("photos/<slug:name>-<slug:size>.jpg", browse.photo, name="photo"),
    path("<cycle:cycle>/proposals/", browse.index, name="proposals"),
    path("<cycle:cycle>/proposals.geojson", browse.places, name="places"),
    path("<cycle:cycle>/proposals/saved/", searches.save, name="save_search"),
    path("<cycle:cycle>/proposals/new/", write.choose_district, name="propose_where"),
    path(IN_DISTRICT, browse.of_district, name="district_proposals"),
    path("<cycle:cycle>/<slug:contest>/proposals/new/", write.begin, name="propose"),
    path(DRAFT + "discard/", write.discard, name="discard"),
    path(DRAFT + "preview/", write.preview, name="preview"),
    path(DRAFT + "<slug:step>/", write.step, name="draft"),
    path(ONE, browse.detail, name="proposal"),
    path(ONE + "history/", browse.history, name="proposal_history"),
    path(ONE + "edit/", write.edit, name="edit_proposal"),
    path(ONE + "photos/", write.photos, name="proposal_photos"),
    path(ONE + "withdrawal/", write.withdraw, name="withdraw_proposal"),
    path(ONE + "endorsement/", discuss.endorse, name="endorsement"),
    path(ONE + "comments/", discuss.comment, name="comment"),
    path(ONE + "report/", hiding.report, name="complaint"),
    path(ONE + "hiding/", hiding.hide, name="hiding"),
    path(ONE + "hiding/confirmation/", hiding.confirm, name="hiding_confirmation"),
    path(ONE + "hiding/answer/", hiding.answer, name="authors_answer"),
    path(ONE + "<part:part>/report/", hiding.report, name="complaint"),
    path(ONE + "<part:part>/hiding/", hiding.hide, name="hiding"),
    path(ONE + "<part:part>/hiding/answer/", hiding.answer, name="authors_answer"),
    path(ONE + "withholding/", review.withhold, name="withholding"),
    path(ONE + "milestones/", review.report_delivery, name="report_delivery"),
]
