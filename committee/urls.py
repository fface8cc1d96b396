"""Where a committee decides, at the address of a proposal; where it is set up; and where everybody sees it."""

from django.urls import path

from committee.views import (
    assessment,
    cards,
    challenging,
    deciding,
    departments,
    grounds,
    merger,
    notes,
    public,
    questions,
    setting_up,
    shortlist,
    steps,
    voted,
    work,
)

ONE = "<cycle:cycle>/<slug:district>/proposals/<numbered:number>/"
DESK = "desk/<cycle:cycle>/committee/"

urlpatterns = [
    path(ONE + "decision/", deciding.page, name="decide"),
    path(ONE + "decision/vote/", deciding.vote, name="vote_on_motion"),
    path(ONE + "correction/", deciding.ask_for_correction, name="ask_for_correction"),
    path("desk/<cycle:cycle>/work/", work.page, name="work"),
    path("me/work/", work.mine, name="my_work"),
    path("me/work/<int:assignment>/", work.end, name="end_assignment"),
    path(ONE + "recusal/", deciding.recuse, name="recusal"),
    path(ONE + "correction/looked/", deciding.look_again, name="looked_again"),
    path(ONE + "committee/", voted.page, name="how_the_committee_voted"),
    path("me/mergers/<int:pk>/", merger.page, name="merger"),
    path("desk/grounds/", grounds.page, name="grounds"),
    path("desk/grounds/<int:pk>/", grounds.offer, name="offer_ground"),
    path("desk/departments/", departments.index, name="departments"),
    path("desk/departments/<int:department>/", departments.change, name="department"),
    path("desk/departments/<int:department>/offer/", departments.offer, name="offer_department"),
    path("<cycle:cycle>/shortlist/", shortlist.page, name="shortlist"),
    path(ONE + "challenges/", challenging.page, name="challenge"),
    path(ONE + "challenges/<int:challenge>/", challenging.settle, name="settle_challenge"),
    path("<cycle:cycle>/committee/", public.page, name="committee"),
    path(DESK, setting_up.page, name="committee_set_up"),
    path(DESK + "seats/", setting_up.give_seat, name="give_seat"),
    path("desk/committee/seats/<int:number>/end/", setting_up.end_seat, name="end_seat"),
    path(DESK + "districts/<slug:district>/", setting_up.page, name="committee_of_district"),
    path(DESK + "districts/<slug:district>/seats/", setting_up.give_seat, name="give_seat_of_district"),
    path(ONE + "assessment.pdf", assessment.public, name="assessment"),
    path(ONE + "cards.pdf", assessment.of_members, name="cards_pdf"),
    path(ONE + "cards/<slug:card>/", cards.page, name="card"),
    path(ONE + "cards/<slug:card>/taking-back/", cards.take_back, name="take_card_back"),
    path(ONE + "cards/<slug:card>/confirmation/", cards.confirm, name="confirm_card"),
    path(ONE + "notes/", notes.page, name="notes"),
    path(DESK + "steps/", steps.page, name="committee_steps"),
    path(DESK + "questions/", questions.index, name="committee_questions"),
    path(DESK + "questions/new/", questions.new, name="new_question"),
    path(DESK + "questions/ready-made/", questions.ready_made, name="ready_made_questions"),
    path(DESK + "questions/<int:number>/", questions.change, name="question"),
    path(DESK + "questions/<int:number>/retirement/", questions.retire, name="retire_question"),
]
