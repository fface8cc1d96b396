"""Where a committee decides: at the address of a proposal."""

from django.urls import path

from committee.views import deciding

ONE = "<cycle:cycle>/<slug:district>/proposals/<numbered:number>/"

urlpatterns = [
    path(ONE + "decision/", deciding.page, name="decide"),
    path(ONE + "decision/vote/", deciding.vote, name="vote_on_motion"),
    path(ONE + "correction/", deciding.ask_for_correction, name="ask_for_correction"),
    path(ONE + "recusal/", deciding.recuse, name="recusal"),
]
