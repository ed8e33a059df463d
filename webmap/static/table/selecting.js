// @ts-check
// Choosing on the map: one by one, by a rectangle, a line drawn by hand, corners; near what was
// drawn or near a record. What is chosen is an area, or a list of codes.
import { latestOnly } from "../base/latest.js";
import { thinned } from "./query.js";
import { Refused, postJson } from "./source.js";
import { number, t } from "./texts.js";

const HAND_PX = 2; // corners of a line drawn by hand that are nearer to it than this go
const LINE = "#b7832f";
const EMPTY = { type: "FeatureCollection", features: [] };

/**
 * @param {any} app the map's program
 * @param {HTMLElement} box the buttons
 * @param {{toggle: (code: string) => void, area: (geometry: any, size: string) => void, layer: () => string}} deps
 */
export function selecting(app, box, { toggle, area, layer }) {
  const { map } = app;
  const hint = /** @type {HTMLElement} */ (box.querySelector("#table-select-hint"));
  const reach = /** @type {HTMLInputElement} */ (box.querySelector("#table-reach"));
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("[data-select]"));
  const turn = latestOnly();
  const HINTS = { click: t("单击地图上的要素，选入或去掉"), box: t("按住并拖出一个矩形"), lasso: t("按住并圈出一个范围"), polygon: t("单击加点，双击或按回车结束，Esc 取消；一个点、一条线须给出距离") };
  let mode = "", points = [], pressed = null;

  for (const button of buttons) button.addEventListener("click", () => (button.dataset.select === "feature" ? nearRecord() : begin(button.dataset.select === mode ? "" : button.dataset.select ?? "")));

  /** @param {string} wanted */
  function begin(wanted) {
    if (mode) stop();
    mode = wanted;
    for (const button of buttons) if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(button.dataset.select === mode));
    hint.textContent = HINTS[mode] ?? "";
    if (!mode) return;
    app.drawing = "table";
    map.getCanvas().style.cursor = mode === "click" ? "pointer" : "crosshair";
    if (mode === "polygon") map.doubleClickZoom.disable();
    if (mode === "box" || mode === "lasso") { map.dragPan.disable(); map.boxZoom.disable(); map.getCanvas().style.touchAction = "none"; }
  }

  function stop() {
    mode = "";
    [points, pressed] = [[], null];
    app.drawing = "";
    for (const button of buttons) if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", "false");
    map.getCanvas().style.cursor = "";
    map.getCanvas().style.touchAction = "";
    map.dragPan.enable();
    map.boxZoom.enable();
    setTimeout(() => map.doubleClickZoom.enable(), 300);
    hint.textContent = "";
    draft([]);
  }

  /** @param {string} part @param {any} data */
  const put = (part, data) => map.getSource(part)?.setData(data);
  /** @param {number[][]} line */
  const draft = (line, closed = false) => put("table-draft", { type: "FeatureCollection", features: [
    ...(line.length > 1 ? [feature({ type: "LineString", coordinates: closed ? [...line, line[0]] : line })] : []),
    ...line.map((at) => feature({ type: "Point", coordinates: at })),
  ] });

  /** @param {any} event */
  const at = (event) => {
    const frame = map.getCanvas().getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  /** @param {number[]} pixel */
  const degrees = (pixel) => { const { lng, lat } = map.unproject(/** @type {any} */ (pixel)); return [lng, lat]; };

  const canvas = map.getCanvas();
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (!["box", "lasso"].includes(mode) || !event.isPrimary || event.button) return;
    pressed = [at(event)];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!pressed) return;
    pressed = mode === "box" ? [pressed[0], at(event)] : [...pressed, at(event)];
    draft(outline(pressed).map(degrees), true);
  });
  canvas.addEventListener("pointerup", () => {
    if (!pressed) return;
    const ring = outline(pressed);
    pressed = null;
    draft([]);
    if (ring.length > 2 && extent(ring) > 3) ask({ geometry: polygon(ring.map(degrees)) });
  });

  /** @param {number[][]} path */
  function outline(path) {
    if (mode !== "box") return thinned(path, HAND_PX);
    const [[x, y], [X, Y]] = [path[0], path[path.length - 1]];
    return [[x, y], [X, y], [X, Y], [x, Y]];
  }

  map.on("click", (/** @type {any} */ { point, lngLat }) => {
    if (mode === "polygon") { points.push([lngLat.lng, lngLat.lat]); draft(points, points.length > 2); }
    if (mode !== "click") return;
    const [found] = map.queryRenderedFeatures([[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]]).filter((/** @type {any} */ one) => one.source === layer() && one.properties.code);
    if (found) toggle(found.properties.code);
    else hint.textContent = t("此处没有本图层的要素（图层须在地图上打开）");
  });
  map.on("dblclick", () => { if (mode === "polygon") { points.pop(); finish(); } });
  document.addEventListener("keydown", (event) => {
    if (!mode) return;
    const isTyping = /** @type {HTMLElement} */ (event.target).matches?.("input, select, textarea");
    if (event.key === "Escape") { event.stopPropagation(); stop(); }
    else if (mode === "polygon" && event.key === "Enter" && !isTyping) { event.preventDefault(); event.stopPropagation(); finish(); }
  }, true);

  function finish() {
    const corners = points;
    points = [];
    draft([]);
    if (corners.length > 2) ask({ geometry: polygon(corners) });
    else if (corners.length === 2) ask({ geometry: { type: "LineString", coordinates: corners } });
    else if (corners.length === 1) ask({ geometry: { type: "Point", coordinates: corners[0] } });
  }

  function nearRecord() {
    if (app.state.selected) ask({ of: app.state.selected });
    else hint.textContent = t("请先在地图上打开一条记录");
  }

  /** The area of a shape or a record with the distance around it. @param {any} wanted */
  async function ask(wanted) {
    const signal = turn.begin(), reachM = Number(reach.value) || 0;
    const when = app.state.at ? `?at=${encodeURIComponent(app.state.at)}` : "";
    try {
      const found = await postJson(`/table/area${when}`, { ...wanted, reach_m: reachM }, signal);
      if (signal.aborted) return;
      const size = found.area_m2 >= 1e5 ? `${number(found.area_m2 / 1e4, 2)} ${t("公顷")}` : `${number(found.area_m2, 0)} ${t("平方米")}`;
      hint.textContent = HINTS[mode] ?? "";
      area(found.geometry, size);
    } catch (problem) {
      if (!signal.aborted) hint.textContent = problem instanceof Refused ? problem.message : t("没有成功，请稍后重试");
    }
  }

  return {
    stop: () => { if (mode) stop(); },
    /** Choose by a shape from elsewhere. @param {any} geometry */
    by: (geometry) => ask({ geometry }),
    /** Draw the area that rows are chosen by. @param {any} geometry */
    show(geometry) { sources(map); put("table-area", geometry ? feature(geometry) : EMPTY); },
    /** Mark features by their codes, and the one that a row is pointed at. @param {string} source @param {string[]} codes */
    mark(source, codes) { sources(map); marks(map, source, "table-picked", codes, LINE); },
    /** @param {string} source @param {string} code */
    point(source, code) { marks(map, source, "table-pointed", code ? [code] : [], "#d8432f"); },
  };
}

/** @param {any} geometry */
const feature = (geometry) => ({ type: "Feature", properties: {}, geometry });
/** @param {number[][]} ring */
const polygon = (ring) => ({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
/** @param {number[][]} ring */
const extent = (ring) => Math.max(...[0, 1].map((axis) => Math.max(...ring.map((p) => p[axis])) - Math.min(...ring.map((p) => p[axis]))));

/** @param {any} map */
function sources(map) {
  if (map.getSource("table-area")) return;
  for (const id of ["table-area", "table-draft"]) map.addSource(id, { type: "geojson", data: EMPTY });
  map.addLayer({ id: "table-area-fill", type: "fill", source: "table-area", paint: { "fill-color": LINE, "fill-opacity": 0.1 } });
  for (const id of ["table-area", "table-draft"]) map.addLayer({ id: `${id}-line`, type: "line", source: id, paint: { "line-color": LINE, "line-width": 2, "line-dasharray": [3, 1.5] } });
  map.addLayer({ id: "table-draft-point", type: "circle", source: "table-draft", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 3.5, "circle-color": "#fff", "circle-stroke-color": LINE, "circle-stroke-width": 2 } });
}

/** @param {any} map @param {string} source @param {string} id @param {string[]} codes @param {string} colour */
function marks(map, source, id, codes, colour) {
  for (const part of ["line", "point"]) if (map.getLayer(`${id}-${part}`)) map.removeLayer(`${id}-${part}`);
  if (!codes.length || !map.getSource(source)) return;
  const isOne = ["in", ["get", "code"], ["literal", codes]];
  const isPoint = ["==", ["geometry-type"], "Point"];
  const shared = { source, "source-layer": source };
  map.addLayer({ ...shared, id: `${id}-line`, type: "line", filter: ["all", ["!", isPoint], isOne], paint: { "line-color": colour, "line-width": 2.6 } });
  map.addLayer({ ...shared, id: `${id}-point`, type: "circle", filter: ["all", isPoint, isOne], paint: { "circle-radius": 9, "circle-color": "rgba(183,131,47,.15)", "circle-stroke-color": colour, "circle-stroke-width": 2.4 } });
}
