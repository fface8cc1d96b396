"""Where a committee decides: at the address of a proposal."""

from django.urls import path

from committee.views import deciding, grounds, shortlist, voted, work

ONE = "<cycle:cycle>/<slug:district>/proposals/<numbered:number>/"

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
]
