// The map's program: makes the map and ties the parts together. Each part is a module
// with one task; what they share is the `app` object made here.
import * as maplibregl from "./maplibre.js";
import { check } from "../base/session.js";
import { keepState, readState, wireAddress } from "./state.js";
import { wireLayers } from "./layers.js";
import { wireShown } from "./shown.js";
import { wireSwipe } from "./swipe.js";
import { wireTime } from "./time.js";
import { wireBookmarks } from "./bookmarks.js";
import { wireCompare } from "./compare.js";
import { wirePanel } from "./panel.js";
import { wireReadings } from "./readings.js";
import { wireOcclusion } from "./occlusion.js";
import { wireSearch } from "./search.js";
import { wireMeasure } from "./measure.js";
import { wirePosition } from "./position.js";
import { wirePrinting } from "./printing.js";
import { wireTools } from "./tools.js";
import { wireKeyboard } from "./keyboard.js";
import { wireSketch } from "../sketch/wire.js";

let sayTimer = 0;
const config = JSON.parse(document.getElementById("config").textContent);
const texts = JSON.parse(document.getElementById("texts").textContent);
const state = readState(config);

const map = new maplibregl.Map({
  container: "map",
  style: config.style,
  center: state.centre,
  zoom: state.zoom,
  pitch: state.pitch,
  bearing: state.bearing,
  maxBounds: padded(config.bounds, 0.6),
  minZoom: 8,
  maxZoom: 20,
  attributionControl: false,
  localIdeographFontFamily: '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif',
  locale: { "NavigationControl.ZoomIn": texts.zoom_in, "NavigationControl.ZoomOut": texts.zoom_out, "NavigationControl.ResetBearing": texts.north },
});
map.addControl(new maplibregl.NavigationControl({ visualizePitch: true }), "top-right");
map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");

const loaded = new Promise((resolve) => { map.once("load", resolve); });
// `drawing`: who draws on the map (measure, table, sketch), '' for nobody; `points`: how each takes a point from the keyboard.
const app = { map, config, texts, state, say, loaded, drawing: "", points: {}, address: { shown: "", href: location.href, restoring: false } };
app.keep = (how) => keepState(app, how);
wireLayers(app);
wireShown(app);
wireTime(app);
wireCompare(app);
wirePanel(app);
wireSwipe(app);
wireSearch(app);
wireMeasure(app);
wireTools(app);
wirePrinting(app);
wireBookmarks(app);
wireReadings(app);
wireOcclusion(app);
wirePosition(app);
wireKeyboard(app);
wireTableLater();
wireSketch(app);
wireAddress(app);
wireCursor();
wireBusy();
if (config.whole && !state.isPlaced) app.fit(config.bounds, { duration: 0 });
map.on("moveend", () => app.keep());
document.documentElement.dataset.ready = "wired";
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });
window.tujing = app; // for tests and for the curious

function padded([west, south, east, north], by) {
  return [west - by, south - by, east + by, north + by];
}

function say(text, seconds = 4) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = !text;
  clearTimeout(sayTimer);
  if (text && seconds) sayTimer = setTimeout(() => { notice.hidden = true; }, seconds * 1000);
}

// The attribute table comes with its first use: a table that is opened, or stands in the address.
function wireTableLater() {
  let begun = null;
  const begin = () => (begun ??= import("../table/table.js").then(({ wireTable }) => wireTable(app)));
  app.chooseBy = async (...asked) => { await begin(); return app.chooseBy(...asked); }; // the table brings its own
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-open-table]");
    if (button && !begun) begin().then(() => button.click());
  });
  document.addEventListener("tujing:restored", () => { if (state.table) begin(); });
  if (state.table) begin();
}

// A program of another maker that is no module.
function fetchProgram(address) {
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject }));
  });
}

// Coordinates under the cursor, in the city's projected CRS (north, east) and in degrees.
function wireCursor() {
  const where = document.getElementById("where");
  let plane = null, asked = null; // the projection comes with the first move of a cursor
  let at = { lng: 0, lat: 0 };
  const write = () => {
    const [x, y] = plane?.forward([at.lng, at.lat]) ?? [];
    where.textContent = `${plane ? `X ${y.toFixed(1)}  Y ${x.toFixed(1)}　` : ""}${at.lng.toFixed(5)}°, ${at.lat.toFixed(5)}°`;
  };
  map.on("mousemove", ({ lngLat }) => {
    asked ??= fetchProgram(where.dataset.proj4).then(() => { plane = window.proj4(config.projected.proj4); write(); }, () => {});
    at = lngLat;
    write();
  });
  const zoom = document.getElementById("zoom");
  const tell = () => { zoom.textContent = `${texts.zoom} ${map.getZoom().toFixed(1)}`; };
  map.on("zoomend", tell);
  tell();
}

// A thin bar while tiles take longer than a moment. A tile that comes back unmodified
// draws no frame, so that "idle" may never be told: we look, and ask for the frame.
function wireBusy() {
  const busy = document.getElementById("busy");
  let timer = 0;
  const look = () => {
    busy.hidden = map.areTilesLoaded();
    timer = busy.hidden ? 0 : setTimeout(look, 400);
    if (busy.hidden) map.triggerRepaint();
  };
  map.on("dataloading", () => { timer ||= setTimeout(look, 400); });
  map.on("idle", () => { clearTimeout(timer); timer = 0; busy.hidden = true; });
  map.on("error", ({ error, sourceId }) => {
    console.warn(error?.message);
    if (app.isOutside(sourceId)) return; // the legend says it
    if ([401, 403, 404].includes(error?.status)) check(); // refused: perhaps nobody's any more
    if (error?.status >= 500 || error instanceof TypeError) say(texts.tiles_failed);
  });
}
