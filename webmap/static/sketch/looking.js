// @ts-check
// A file on the map for a look: sent, placed by the server, shown; its shapes can be taken in.
import { csrfToken, ask } from "../base/session.js";
import { latestOnly } from "../base/latest.js";
import { el } from "../table/dom.js";
import { number, t } from "./texts.js";

const MOST_TAKEN = 500;

/**
 * @param {any} app @param {(name: string) => any} part
 * @param {{shown: any, take: (geometries: any[], name?: string) => void, fit: (geometries: any[]) => void}} deps
 */
export function looking(app, part, { shown, take, fit }) {
  const form = part("upload"), out = part("looked");
  const turn = latestOnly();
  if (!form) return;

  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    const signal = turn.begin(), began = Date.now(), body = new FormData();
    body.append("file", part("file").files[0]);
    body.append("crs", part("crs").value);
    out.setAttribute("aria-busy", "true");
    const tell = () => out.replaceChildren(t("正在读取文件…{seconds} 秒", { seconds: Math.round((Date.now() - began) / 1000) }));
    tell();
    const ticking = setInterval(tell, 1000);
    try {
      const answer = await ask("/sketches/look", { method: "POST", body, signal, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
      const told = await answer.json().catch(() => ({}));
      if (signal.aborted) return;
      if (answer.ok) show(told); else fail(told.error || t("没有成功，请稍后重试"));
    } catch (problem) {
      if (!signal.aborted) fail(problem?.fragment ? "" : t("没有成功，请稍后重试"));
    } finally {
      clearInterval(ticking);
      out.removeAttribute("aria-busy");
    }
  });

  /** @param {string} text */
  function fail(text) {
    shown.file(null);
    out.replaceChildren(el("p", { class: "error", role: "alert" }, text));
  }

  /** @param {any} told */
  function show(told) {
    shown.file(told.features);
    const geometries = told.features.features.map((/** @type {any} */ one) => one.geometry);
    const isAway = told.away_km != null;
    const lines = [t("{shown} 个图形，坐标按“{reading}”读取", { shown: number(told.shown, 0), reading: told.reading })];
    if (told.is_cut) lines.push(told.total > told.shown ? t("文件共 {total} 个，只显示前 {shown} 个；全部数据请走数据入库", { total: number(told.total, 0), shown: number(told.shown, 0) }) : t("文件太大，只显示前 {shown} 个", { shown: number(told.shown, 0) }));
    if (isAway) lines.push(t("这些图形不在本市，距本市约 {km} 公里；若不对，请另选坐标系", { km: number(told.away_km, 0) }));
    const here = el("button", { type: "button", onclick: () => fly(told.bounds, geometries, isAway) }, isAway ? t("飞到那里") : t("缩放到图形"));
    const mine = el("button", { type: "button", disabled: geometries.length > MOST_TAKEN, title: geometries.length > MOST_TAKEN ? t("超过 {n} 个图形，不能编辑", { n: MOST_TAKEN }) : "", onclick: () => { take(geometries, told.title); shown.file(null); } }, t("放进草图"));
    const away = el("button", { type: "button", onclick: () => { shown.file(null); out.replaceChildren(); } }, t("移去"));
    out.replaceChildren(el("p", {}, lines[0]), ...lines.slice(1).map((text) => el("p", { class: "remark" }, text)),
      ...(told.remarks.length ? [el("details", {}, el("summary", {}, t("读取说明 {n} 条", { n: told.remarks.length })), el("ul", {}, ...told.remarks.map((/** @type {string} */ text) => el("li", {}, text))))] : []),
      el("div", { class: "sketch-row" }, here, mine, away));
    if (!isAway) fit(geometries);
  }

  // The map ends a little beyond the city; for another place its end moves.
  function fly(/** @type {number[]} */ [west, south, east, north], /** @type {any[]} */ geometries, /** @type {boolean} */ isAway) {
    if (isAway) {
      const { bounds } = app.config;
      app.map.setMaxBounds([[Math.min(west, bounds[0]) - 1, Math.min(south, bounds[1]) - 1], [Math.max(east, bounds[2]) + 1, Math.max(north, bounds[3]) + 1]]);
    }
    fit(geometries);
  }
}
