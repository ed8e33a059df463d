// @ts-check
// Points that are typed: coordinates as people write them, or a bearing and a distance.
import { Refused, postJson } from "../table/source.js";
import { bearingOf, pointAt } from "./geometry.js";
import { t } from "./texts.js";

/**
 * @param {any} app @param {any} draw @param {(name: string) => any} part
 * @param {{say: (text: string) => void, use: (tool: string) => void}} deps
 */
export function typing(app, draw, part, { say, use }) {
  const plane = /** @type {any} */ (window).proj4(app.config.projected.proj4);
  let last = /** @type {[number, number] | null} */ (null);

  /** @param {[number, number]} point */
  function add(point) {
    if (!draw.tool || draw.tool === "select") use("line");
    draw.addPoint(point);
    last = point;
  }
  const seen = (/** @type {[number, number]} */ point) => { if (!app.map.getBounds().contains(point)) app.map.jumpTo({ center: point }); };

  part("positions").addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const { points } = await postJson("/sketches/positions", { text: part("text").value });
      const away = points.find((/** @type {any} */ point) => !point.is_inside);
      seen([points[0].lon, points[0].lat]);
      for (const { lon, lat } of points) add([lon, lat]);
      part("text").value = "";
      const { reading } = points[0];
      if (away) say(t("坐标不在本市范围内，按“{reading}”读取，请核对", { reading: away.reading }));
      else app.say(t("已加入 {n} 个点，按“{reading}”读取", { n: points.length, reading }));
    } catch (problem) {
      if (!problem?.fragment) say(problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));
    }
  });

  part("course").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const bearing = bearingOf(part("bearing").value), metres = Number(part("metres").value);
    const from = draw.last() ?? last ?? lastOf(draw.current());
    if (Number.isNaN(bearing)) { say(t("方位角应为 0 至 360 度，如 45.5 或 45°30′15″")); return; }
    if (!(metres > 0)) { say(t("请给出大于 0 的距离")); return; }
    if (!from) { say(t("请先画出或输入起点")); return; }
    if (!draw.isBusy && draw.tool !== "point") { if (draw.tool !== "line" && draw.tool !== "polygon") use("line"); draw.addPoint(from); }
    const point = pointAt(from, bearing, metres, plane);
    seen(point);
    add(point);
    part("metres").select();
  });
  part("finish").addEventListener("click", () => { draw.finish(); last = null; });
  part("cancel").addEventListener("click", () => { draw.cancel(); last = null; });
}

/** The last corner of a shape. @param {any} shape @returns {[number, number] | null} */
function lastOf(shape) {
  if (!shape) return null;
  const { type, coordinates } = shape.geometry;
  if (type === "Point") return coordinates;
  return type === "LineString" ? coordinates[coordinates.length - 1] : coordinates[0][coordinates[0].length - 2];
}
