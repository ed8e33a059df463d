// @ts-check
// Length and area while one draws: at once in the plane, and from the server both in the plane and
// on the ellipsoid; and where a shape crosses itself, with a repair that can be taken.
import { latestOnly } from "../base/latest.js";
import { el } from "../table/dom.js";
import { postJson } from "../table/source.js";
import { courseOf, inDegrees, planeFigures } from "./geometry.js";
import { number, t } from "./texts.js";

const REST_MS = 350;

/**
 * @param {any} app @param {any} draw
 * @param {{out: HTMLElement, fault: HTMLElement, changed: () => void, mark: (at: [number, number] | null) => void}} deps
 */
export function figures(app, draw, { out, fault, changed, mark }) {
  const plane = /** @type {any} */ (window).proj4(app.config.projected.proj4);
  const turn = latestOnly();
  let timer = 0, last = "";

  function look() {
    const shape = draw.current();
    const text = shape ? JSON.stringify(shape.geometry) : "";
    if (text === last) return;
    last = text;
    clearTimeout(timer);
    turn.end();
    fault.hidden = true;
    mark(null);
    if (!shape) { out.replaceChildren(); return; }
    at(shape.geometry);
    if (!draw.isBusy) timer = window.setTimeout(() => exactly(shape), REST_MS);
  }

  /** What can be said at once. @param {any} geometry */
  function at(geometry) {
    const { length, area } = planeFigures(geometry, plane), parts = [];
    if (geometry.type === "Point") {
      const [east, north] = plane.forward(geometry.coordinates);
      parts.push(`X ${north.toFixed(3)}  Y ${east.toFixed(3)}`);
    }
    if (area) parts.push(`${t("面积")} ${number(area, 2)} ${t("平方米")}`);
    if (length) parts.push(`${t(area ? "周长" : "长度")} ${number(length, 2)} ${t("米")}`);
    const from = draw.last(), line = geometry.type === "LineString" ? geometry.coordinates : geometry.coordinates?.[0];
    const to = draw.isBusy && from && geometry.type !== "Point" ? line[geometry.type === "Polygon" ? line.length - 2 : line.length - 1] : null;
    if (to) {
      const course = courseOf(from, to, plane);
      if (course.metres) parts.push(`${t("方位角")} ${inDegrees(course.bearing)} · ${number(course.metres, 2)} ${t("米")}`);
    }
    out.replaceChildren(...parts.map((text) => el("span", {}, text)));
  }

  /** @param {any} shape */
  async function exactly(shape) {
    const signal = turn.begin();
    try {
      const told = await postJson("/sketches/measure", { geometry: shape.geometry }, signal);
      if (signal.aborted) return;
      if (told.fault) crossing(shape, told.fault);
      else if (told.figures) sentence(shape.geometry, told);
    } catch (problem) {
      if (!signal.aborted && problem?.message && problem.status) out.append(el("span", { class: "error" }, problem.message));
    }
  }

  /** @param {any} geometry @param {any} told */
  function sentence(geometry, { figures: found, crs }) {
    if (geometry.type === "Point") return;
    const lines = geometry.type === "Polygon"
      ? [`${t("面积")}（${crs}） ${number(found.area_m2, 2)} ${t("平方米")} = ${number(found.area_ha, 4)} ${t("公顷")} = ${number(found.area_mu, 3)} ${t("亩")}`,
        `${t("椭球面积")} ${number(found.ellipsoidal_area_m2, 2)} ${t("平方米")}`, `${t("周长")} ${number(found.length_m, 2)} ${t("米")}`]
      : [`${t("长度")}（${crs}） ${number(found.length_m, 2)} ${t("米")}`, `${t("椭球长度")} ${number(found.ellipsoidal_length_m, 2)} ${t("米")}`];
    out.replaceChildren(...lines.map((text) => el("span", {}, text)));
  }

  /** @param {any} shape @param {{text: string, at: [number, number], repair: any}} told */
  function crossing(shape, told) {
    mark(told.at);
    fault.hidden = false;
    const repair = el("button", { type: "button", onclick: () => {
      const parts = told.repair.type === "MultiPolygon" ? told.repair.coordinates.map((/** @type {any} */ coordinates) => ({ type: "Polygon", coordinates })) : [told.repair];
      draw.reshape(shape.id, parts);
      changed();
    } }, t("修正：按自交点拆开"));
    const show = el("button", { type: "button", onclick: () => app.map.flyTo({ center: told.at, zoom: Math.max(app.map.getZoom(), 17) }) }, t("看交点"));
    fault.replaceChildren(el("span", {}, told.text), show, ...(told.repair ? [repair] : []));
  }

  return { look };
}
