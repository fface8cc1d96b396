"""Where a committee decides, at the address of a proposal; where it is set up; and where everybody sees it."""

from django.urls import path

from committee.views import challenging, deciding, grounds, public, setting_up, shortlist, voted, work

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
    path(ONE + "committee/", voted.page, name="how_the_committee_voted"),
    path("desk/grounds/", grounds.page, name="grounds"),
    path("desk/grounds/<int:pk>/", grounds.offer, name="offer_ground"),
    path("<cycle:cycle>/shortlist/", shortlist.page, name="shortlist"),
    path(ONE + "challenges/", challenging.page, name="challenge"),
    path(ONE + "challenges/<int:challenge>/", challenging.settle, name="settle_challenge"),
    path("<cycle:cycle>/committee/", public.page, name="committee"),
    path(DESK, setting_up.page, name="committee_set_up"),
    path(DESK + "seats/", setting_up.give_seat, name="give_seat"),
    path("desk/committee/seats/<int:number>/end/", setting_up.end_seat, name="end_seat"),
    path(DESK + "districts/<slug:district>/", setting_up.page, name="committee_of_district"),
    path(DESK + "districts/<slug:district>/seats/", setting_up.give_seat, name="give_seat_of_district"),
]
