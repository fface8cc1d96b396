"""Addresses of the booth, the ballot paper, the board and the desk of the box."""

from django.urls import path

from ballots.views import board, booth, box, draws, letter, papers, printing, superseding, two

urlpatterns = [
    path("ballots/", letter.ballots, name="ballots"),
    path("ballots/end/", letter.end, name="ballots_end"),
    path("ballots/ended/", letter.ended, name="ballots_ended"),
    path("ballots/awake/", letter.awake, name="ballots_awake"),
    path("<cycle:cycle>/<slug:contest>/ballot/", booth.choose, name="ballot"),
    path("<cycle:cycle>/<slug:contest>/ballot/review/", booth.review, name="ballot_review"),
    path("<cycle:cycle>/<slug:contest>/ballot/cast/", booth.put_in, name="ballot_cast"),
    path("<cycle:cycle>/<slug:contest>/ballot/receipt/", booth.receipt, name="ballot_receipt"),
    path("<cycle:cycle>/<slug:contest>/ballot/paper/", booth.paper, name="ballot_paper"),
    path("<cycle:cycle>/<slug:contest>/ballot/paper.json", booth.manifest, name="ballot_manifest"),
    path("<cycle:cycle>/<slug:contest>/ballot/paper.pdf", printing.paper_ballot, name="ballot_to_print"),
    path("<cycle:cycle>/<slug:contest>/ballot/paper/corrections/", superseding.corrections, name="paper_corrections"),
    path("<cycle:cycle>/<slug:contest>/ballot/paper/<int:number>/", superseding.old_paper, name="superseded_paper"),
    path(
        "<cycle:cycle>/<slug:contest>/ballot/paper/<int:number>.json",
        superseding.old_manifest,
        name="superseded_manifest",
    ),
    path("<cycle:cycle>/draws.json", draws.published, name="draws_file"),
    path("<cycle:cycle>/board/", board.show, name="board"),
    path("<cycle:cycle>/board/<slug:contest>.txt", board.in_force, name="board_list"),
    path("<cycle:cycle>/board/<slug:contest>/<int:number>.txt", board.batch, name="board_batch"),
    path("<cycle:cycle>/box/", box.desk, name="box"),
    path("<cycle:cycle>/box/paper/<slug:contest>/", papers.freeze, name="box_paper"),
    path("<cycle:cycle>/box/paper/<slug:contest>/successor/", superseding.supersede, name="box_successor"),
    path("<cycle:cycle>/box/draws/", papers.announce_draw, name="box_draws"),
    path("<cycle:cycle>/box/draws/<int:number>/", papers.enter_seed, name="box_seed"),
    path("<cycle:cycle>/box/key/", box.make_key, name="box_key"),
    path("<cycle:cycle>/box/rehearsal/", box.rehearse, name="box_rehearsal"),
    path("<cycle:cycle>/box/key/end/", two.give_key_up, name="box_key_end"),
    path("<cycle:cycle>/box/no-vote/", two.close_without_vote, name="box_no_vote"),
    path("<cycle:cycle>/box/no-result/", two.close_without_result, name="box_no_result"),
    path("<cycle:cycle>/box/closing/", two.end, name="box_closing"),
    path("<cycle:cycle>/box/extension/", two.extend, name="box_extension"),
    path("<cycle:cycle>/box/pause/", two.pause, name="box_pause"),
    path("<cycle:cycle>/box/resumption/", two.resume, name="box_resumption"),
    path("<cycle:cycle>/box/opening/", box.open_box, name="box_opening"),
    path("<cycle:cycle>/box/count/<slug:contest>/", box.count, name="box_count"),
    path("<cycle:cycle>/box/destruction/", box.destroy_shares, name="box_destruction"),
    path("<cycle:cycle>/box/<slug:contest>.json", box.box_file, name="box_file"),
]
