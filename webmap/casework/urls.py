"""The addresses of casework."""

from django.urls import path

from webmap.casework import amending, bulk, cases, cells, desk, files, inventory, new_case, patrols
from webmap.casework.evaluation import filing, workbook
from webmap.casework.evaluation import pages as evaluation

urlpatterns = [
    path("grid/", desk.desk, name="desk"),
    path("grid/list", desk.listed, name="desk-list"),
    path("grid/new", new_case.new, name="case-new"),
    path("grid/new/components", new_case.components, name="case-new-components"),
    path("grid/dispatch", bulk.dispatched, name="case-dispatch"),
    path("grid/cases", new_case.registered, name="case-register"),
    path("grid/cases.csv", files.as_csv, name="cases-csv"),
    path("grid/cases.gpkg", files.as_gpkg, name="cases-gpkg"),
    path("grid/cases/<str:code>", cases.one, name="case"),
    path("grid/cases/<str:code>/act", cases.acted, name="case-act"),
    path("grid/cases/<str:code>/amend", amending.amended, name="case-amend"),
    path("grid/cases/<str:code>/personal", cases.personal, name="case-personal"),
    path("grid/components/", inventory.inventory, name="grid-components"),
    path("grid/components.csv", inventory.as_csv, name="grid-components-csv"),
    path("grid/patrols/", patrols.patrols, name="grid-patrols"),
    path("grid/cells/", cells.cells, name="grid-cells"),
    path("grid/evaluation/", evaluation.ranking, name="evaluation"),
    path("grid/evaluation/file", filing.filed, name="evaluation-file"),
    path("grid/evaluation/cases", evaluation.behind, name="evaluation-cases"),
    path("grid/evaluation/one", evaluation.one, name="evaluation-one"),
    path("grid/evaluation.xlsx", workbook.as_xlsx, name="evaluation-xlsx"),
    path("grid/photos/<uuid:photo_id>", cases.photo, name="case-photo"),
]
