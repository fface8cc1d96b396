"""The addresses of this room."""

from django.urls import path

from ballots import results
from ballots.views import board, booth, box, printing
from budgeting import addresses  # noqa: F401  (registers <cycle:…>)

urlpatterns = [
    path("<cycle:cycle>/<slug:district>/ballot/", booth.choose, name="ballot"),
    path("<cycle:cycle>/<slug:district>/ballot/review/", booth.review, name="ballot_review"),
    path("<cycle:cycle>/<slug:district>/ballot/cast/", booth.put_in, name="ballot_cast"),
    path("<cycle:cycle>/<slug:district>/ballot/receipt/", booth.receipt, name="ballot_receipt"),
    path("<cycle:cycle>/<slug:district>/ballot/paper/", booth.paper, name="ballot_paper"),
    path("<cycle:cycle>/<slug:district>/ballot/paper.json", booth.manifest, name="ballot_manifest"),
    path("<cycle:cycle>/<slug:district>/ballot/paper.pdf", printing.paper_ballot, name="ballot_to_print"),
    path("<cycle:cycle>/board/", board.show, name="board"),
    path("<cycle:cycle>/board/<slug:district>.txt", board.in_force, name="board_list"),
    path("<cycle:cycle>/board/<slug:district>/<int:number>.txt", board.batch, name="board_batch"),
    path("<cycle:cycle>/box/", box.desk, name="box"),
    path("<cycle:cycle>/box/paper/<slug:district>/", box.freeze, name="box_paper"),
    path("<cycle:cycle>/box/key/", box.make_key, name="box_key"),
    path("<cycle:cycle>/box/rehearsal/", box.rehearse, name="box_rehearsal"),
    path("<cycle:cycle>/box/closing/", box.close_voting, name="box_closing"),
    path("<cycle:cycle>/box/opening/", box.open_box, name="box_opening"),
    path("<cycle:cycle>/box/count/<slug:district>/", box.count, name="box_count"),
    path("<cycle:cycle>/box/destruction/", box.destroy_shares, name="box_destruction"),
    path("<cycle:cycle>/box/<slug:district>.json", box.box_file, name="box_file"),
    path("<cycle:cycle>/results/", results.cycle_results, name="cycle_results"),
    path("<cycle:cycle>/results.pdf", results.report_pdf, name="cycle_report_pdf"),
    path("<cycle:cycle>/results/report/", results.report, name="cycle_report"),
    path("<cycle:cycle>/<slug:district>/results/", results.contest_results, name="contest_results"),
    path("<cycle:cycle>/<slug:district>/results.pdf", results.report_pdf, name="contest_report_pdf"),
    path("<cycle:cycle>/<slug:district>/results/report/", results.report, name="contest_report"),
    path("<cycle:cycle>/<slug:district>/results/<str:name>", results.contest_file, name="contest_file"),
]
