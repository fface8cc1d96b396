"""Addresses of what came out: pages, files and the council's report."""

from django.urls import path

from results import views

urlpatterns = [
    path("<cycle:cycle>/results/", views.cycle_results, name="cycle_results"),
    path("<cycle:cycle>/results.pdf", views.report_pdf, name="cycle_report_pdf"),
    path("<cycle:cycle>/results/report/", views.report, name="cycle_report"),
    path("<cycle:cycle>/<slug:contest>/results/", views.contest_results, name="contest_results"),
    path("<cycle:cycle>/<slug:contest>/results.pdf", views.report_pdf, name="contest_report_pdf"),
    path("<cycle:cycle>/<slug:contest>/results/report/", views.report, name="contest_report"),
    path("<cycle:cycle>/<slug:contest>/results/<str:name>", views.contest_file, name="contest_file"),
]
