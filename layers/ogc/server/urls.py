"""The addresses of the OGC API, below ``/ogc``."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from layers.ogc.coverages import views as coverages
from layers.ogc.edr import views as rain
from layers.ogc.edr.readings import gauges_layer
from layers.ogc.features import changes, comparing, downloads, methods
from layers.ogc.processes import views as processes
from layers.ogc.records import dcat, records
from layers.ogc.server import mount
from layers.ogc.subscriptions import subscriptions
from layers.ogc.tiles import styles, tilesets
from layers.ogc.tiles import views as tiles
from layers.ogc.tiles.matrices import MATRIX_SET
from spatial.terrain.products import PRODUCTS

COLLECTION = "/collections/<str:layer_id>"
TILESET = f"{COLLECTION}/tiles/{MATRIX_SET}"
DATASET = f"/tiles/{MATRIX_SET}"

COVERAGE_VIEWS = (
    ("", coverages.collection),
    ("/schema", coverages.schema),
    ("/coverage", coverages.coverage),
    ("/position", coverages.position),
    ("/area", coverages.area),
    ("/cube", coverages.cube),
)
GAUGES = gauges_layer()
urlpatterns = [
    path("", mount.landing_page, name="ogc"),
    path("/", mount.landing_page),
    path("/conformance", mount.conformance),
    path("/openapi", mount.openapi),
    path("/subscriptions", subscriptions.subscriptions, name="subscriptions"),
    path("/subscriptions/<int:number>", subscriptions.subscription),
    path("/collections", mount.collections, name="collections"),
    path("/processes", processes.processes, name="processes"),
    path("/processes/<str:process_id>", processes.process),
    path("/processes/<str:process_id>/execution", processes.execution),
    path("/jobs", processes.job_list),
    path("/jobs/<str:job_id>", processes.job),
    path("/jobs/<str:job_id>/results", processes.results),
    path("/catalogue.jsonld", dcat.dcat),
    path("/collections/catalogue", records.catalogue),
    path("/collections/catalogue/queryables", records.queryables),
    path("/collections/catalogue/sortables", records.sortables),
    path("/collections/catalogue/items", records.records),
    path("/collections/catalogue/items/<str:record_id>", records.record),
    *(
        path(f"/collections/{product.id}{tail}", view, {"product_id": product.id})
        for product in PRODUCTS
        for tail, view in COVERAGE_VIEWS
    ),
    path("/collections/rain", rain.collection, {"layer_id": GAUGES}),
    path("/collections/rain/locations", rain.locations, {"layer_id": GAUGES}),
    path("/collections/rain/locations/<str:code>", rain.location, {"layer_id": GAUGES}),
    path("/collections/rain/position", rain.position, {"layer_id": GAUGES}),
    path("/collections/rain/area", rain.area, {"layer_id": GAUGES}),
    path(COLLECTION, mount.collection, name="collection"),
    path(f"{COLLECTION}/schema", mount.schema),
    path(f"{COLLECTION}/queryables", mount.queryables),
    path(f"{COLLECTION}/sortables", mount.sortables),
    path(f"{COLLECTION}/changes", comparing.changes, name="changes"),
    path(f"{COLLECTION}/feed", changes.feed, name="feed"),
    path(f"{COLLECTION}/items", methods.items_resource, name="items"),
    path(f"{COLLECTION}/items/<str:code>", methods.item_resource, name="item"),
    path(f"{COLLECTION}/items/<str:code>/versions", methods.versions_resource, name="versions"),
    path(f"{COLLECTION}/items/<str:code>/versions/<str:start>", methods.version_resource),
    path(f"{COLLECTION}/download", downloads.download, name="download"),
    path("/tileMatrixSets", tilesets.matrix_sets),
    path(f"/tileMatrixSets/{MATRIX_SET}", tilesets.matrix_set),
    path("/tiles", tilesets.dataset_tilesets),
    path(DATASET, tilesets.dataset_tileset),
    path(f"{DATASET}/metadata", tilesets.dataset_tilejson),
    path(f"{DATASET}/<int:zoom>/<int:row>/<int:column>", tiles.dataset_tile),
    path(f"{COLLECTION}/tiles", tilesets.tilesets),
    path(TILESET, tilesets.tileset),
    path(f"{TILESET}/metadata", tilesets.tilejson),
    path(f"{TILESET}/<int:zoom>/<int:row>/<int:column>", tiles.tile, name="tile"),
    path("/styles", styles.styles),
    path("/styles/<str:style_id>", styles.style_sheet),
    path(f"{COLLECTION}/styles", styles.styles_of_collection),
    path(f"{COLLECTION}/styles/<str:style_id>", styles.style_of_collection),
    re_path("^/", mount.unknown),  # the last: what is below /ogc is answered as an API does
]

# The views that write look at a session's token themselves, since a key needs none; what is only
# read answers a wrong method with 405 instead of the site's page on old forms.
for pattern in urlpatterns:
    pattern.callback = csrf_exempt(pattern.callback)
