// My position: a point with the ring within which it is sure; what keeps it from being known is said.
import { number, t } from "../table/texts.js";

const EARTH_M = 6371008.8;
const NOTHING = { type: "FeatureCollection", features: [] };
const WAIT_MS = 12000;

/** A ring of so many metres around a place, as GeoJSON. @param {[number, number]} place @param {number} metres */
export function ring([lon, lat], metres, corners = 48) {
  const up = (metres / EARTH_M) * (180 / Math.PI), across = up / Math.cos((lat * Math.PI) / 180);
  const turns = Array.from({ length: corners + 1 }, (_, at) => (2 * Math.PI * (at % corners)) / corners);
  return { type: "Polygon", coordinates: [turns.map((turn) => [lon + across * Math.cos(turn), lat + up * Math.sin(turn)])] };
}

/** @param {[number, number]} place @param {number[]} bounds */
export const isInside = ([lon, lat], [west, south, east, north]) => lon >= west && lon <= east && lat >= south && lat <= north;

export function wirePosition(app) {
  const { map, config } = app;
  const tool = document.getElementById("tool-position");
  const why = { 1: t("浏览器没有得到定位许可，可在浏览器设置中允许") };
  let isOn = false;

  tool.addEventListener("click", () => {
    if (isOn) return turn(null);
    if (!window.isSecureContext || !navigator.geolocation) return app.say(t("经 https 访问时才能定位"), 8);
    app.say(t("正在定位…"), 0);
    return navigator.geolocation.getCurrentPosition(found, ({ code }) => app.say(why[code] ?? t("现在定位不到，请稍后重试"), 8), { enableHighAccuracy: true, timeout: WAIT_MS });
  });

  function found({ coords: { longitude, latitude, accuracy } }) {
    const place = /** @type {[number, number]} */ ([longitude, latitude]);
    if (!isInside(place, config.bounds)) return app.say(t("您的位置不在本市范围内"), 8);
    turn({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: ring(place, accuracy) }, { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } }] });
    map.flyTo({ center: place, zoom: Math.max(map.getZoom(), Math.min(17, 24 - Math.log2(Math.max(accuracy, 20)))) });
    return app.say(t("您在这里，误差约 {metres} 米", { metres: number(Math.round(accuracy), 0) }), 8);
  }

  function turn(data) {
    isOn = Boolean(data);
    tool.setAttribute("aria-pressed", String(isOn));
    const source = map.getSource("position");
    if (source) return source.setData(data ?? NOTHING);
    if (!data) return undefined;
    map.addSource("position", { type: "geojson", data });
    const of = (kind) => ["==", ["geometry-type"], kind];
    map.addLayer({ id: "position-ring", source: "position", type: "fill", filter: of("Polygon"), paint: { "fill-color": "#2f7fc1", "fill-opacity": 0.18, "fill-outline-color": "#2f7fc1" } });
    return map.addLayer({ id: "position-point", source: "position", type: "circle", filter: of("Point"), paint: { "circle-radius": 7, "circle-color": "#2f7fc1", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2.5 } });
  }
}
