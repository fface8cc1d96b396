"""The addresses of this room."""

from django.urls import path

from ballots import results
from budgeting import addresses  # noqa: F401  (registers <cycle:…>)

urlpatterns = [
    path("<cycle:cycle>/results/", results.cycle_results, name="cycle_results"),
    path("<cycle:cycle>/results.pdf", results.report_pdf, name="cycle_report_pdf"),
    path("<cycle:cycle>/results/report/", results.report, name="cycle_report"),
    path("<cycle:cycle>/<slug:district>/results/", results.contest_results, name="contest_results"),
    path("<cycle:cycle>/<slug:district>/results.pdf", results.report_pdf, name="contest_report_pdf"),
    path("<cycle:cycle>/<slug:district>/results/report/", results.report, name="contest_report"),
    path("<cycle:cycle>/<slug:district>/results/<str:name>", results.contest_file, name="contest_file"),
]
