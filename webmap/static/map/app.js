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
import { wireTable } from "../table/table.js";

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
  locale: { "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "NavigationControl.ResetBearing": "恢复正北" },
});
map.addControl(new maplibregl.NavigationControl({ visualizePitch: true }), "top-right");
map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");

const app = { map, config, texts, state, say, address: { shown: "", href: location.href, restoring: false } };
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
wireTable(app);
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

// Coordinates under the cursor, in the city's projected CRS (north, east) and in degrees.
function wireCursor() {
  const where = document.getElementById("where");
  const plane = window.proj4 && window.proj4(config.projected.proj4);
  map.on("mousemove", ({ lngLat: { lng, lat } }) => {
    const [x, y] = plane ? plane.forward([lng, lat]) : [NaN, NaN];
    where.textContent = `X ${y.toFixed(1)}  Y ${x.toFixed(1)}　${lng.toFixed(5)}°, ${lat.toFixed(5)}°`;
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
