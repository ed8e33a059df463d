// @ts-check
// Figures of what is chosen: all together and by a field, as a chart and as rows.
import { latestOnly } from "../base/latest.js";
import { el, select } from "./dom.js";
import { shown } from "./grid.js";
import { filterOf } from "./query.js";
import { Refused, postJson } from "./source.js";
import { number, t } from "./texts.js";

const MOST_BARS = 20;
const COLOUR = "#1f5f5b", PAPER = "#ddd5c4";
let loading = null;

/** The library of charts, when the first is wanted. @param {string} address @returns {Promise<any>} */
function charts(address) {
  loading ??= new Promise((resolve, reject) => {
    document.head.append(el("script", { src: address, onload: () => resolve(/** @type {any} */ (window).Chart), onerror: reject }));
  });
  return loading;
}

/**
 * @param {HTMLElement} box
 * @param {{chart: string, only: (column: any, how: string, value: any) => void, changed: () => void}} deps
 */
export function statistics(box, { chart: address, only, changed }) {
  const turn = latestOnly();
  let chart = null;

  /** @param {{layer: string, choice: any, columns: any[], at: string}} asked */
  async function ask({ layer, choice, columns, at }) {
    const signal = turn.begin();
    const groups = columns.filter(({ is_grouped: isGrouped }) => isGrouped);
    if (choice.group && !groups.some(({ name }) => name === choice.group)) choice.group = "";
    box.setAttribute("aria-busy", "true");
    const inputs = { collection: layer, ...(choice.group && { groupBy: choice.group }), ...(at && { datetime: at }),
      ...(choice.words.trim() && { q: choice.words.trim() }) };
    const filter = filterOf(choice, columns);
    if (filter) Object.assign(inputs, { filter });
    try {
      const found = await postJson("/ogc/processes/layer-statistics/execution", { inputs }, signal);
      if (!signal.aborted) await draw(found, groups, choice, columns);
    } catch (problem) {
      if (!signal.aborted) box.replaceChildren(chooser(groups, choice), el("p", { class: "error" }, problem instanceof Refused ? problem.message : t("没有成功，请稍后重试")));
    } finally {
      if (!signal.aborted) box.removeAttribute("aria-busy");
    }
  }

  /** @param {any[]} groups @param {any} choice */
  function chooser(groups, choice) {
    const list = select([["", t("不分组")], ...groups.map(({ name, title }) => /** @type {[string, string]} */ ([name, title]))], choice.group, { onchange: () => { choice.group = list.value; changed(); } });
    return el("label", {}, t("分组"), " ", list);
  }

  /** @param {any} found @param {any[]} groups @param {any} choice @param {any[]} columns */
  async function draw(found, groups, choice, columns) {
    chart?.destroy();
    chart = null;
    const column = columns.find(({ name }) => name === choice.group);
    const titles = Object.fromEntries(columns.map(({ name, title }) => [name, title]));
    const parts = [chooser(groups, choice), totals(found, titles)];
    const canvas = el("canvas", { role: "img" });
    if (column) parts.push(el("div", { class: "table-chart" }, canvas), rows(found, column));
    box.replaceChildren(...parts);
    if (!column || !found.groups.length) return;
    const Chart = await charts(address);
    if (canvas.isConnected) chart = bars(Chart, canvas, found, column);
  }

  /** @param {any} Chart @param {any} canvas @param {any} found @param {any} column */
  function bars(Chart, canvas, found, column) {
    const first = found.groups.slice(0, MOST_BARS);
    const names = first.map((/** @type {any} */ group) => groupName(column, group.value));
    canvas.setAttribute("aria-label", t("按{title}的数量", column));
    canvas.parentElement.style.height = `${Math.max(120, first.length * 22 + 40)}px`;
    return new Chart(canvas, {
      type: "bar",
      data: { labels: names, datasets: [{ data: first.map((/** @type {any} */ g) => g.count), backgroundColor: COLOUR, maxBarThickness: 18 }] },
      options: {
        indexAxis: "y", animation: false, maintainAspectRatio: false, locale: document.documentElement.lang,
        plugins: { legend: { display: false } },
        scales: { x: { grid: { color: PAPER }, ticks: { precision: 0 } }, y: { grid: { display: false } } },
        onClick: (/** @type {any} */ _e, /** @type {any[]} */ hits) => { if (hits.length) choose(column, first[hits[0].index].value); },
      },
    });
  }

  /** @param {any} column @param {any} value */
  const choose = (column, value) => only(column, value == null ? "empty" : "eq", value);

  /** @param {any} found @param {any} column */
  function rows(found, column) {
    const size = found.area_m2 === undefined ? (found.length_m === undefined ? "" : "length_m") : "area_m2";
    const heads = [column.title, t("数量"), "%", ...(size ? [t(size === "area_m2" ? "面积（平方米）" : "长度（米）")] : [])];
    const lines = found.groups.map((/** @type {any} */ group) => el("tr", {},
      el("th", { scope: "row" }, el("button", { type: "button", class: "plain", title: t("只列此值"), onclick: () => choose(column, group.value) }, groupName(column, group.value))),
      el("td", {}, number(group.count, 0)), el("td", {}, number((group.count / found.count) * 100, 1)),
      ...(size ? [el("td", {}, number(group[size], 1))] : [])));
    return el("table", { class: "table-figures" }, el("thead", {}, el("tr", {}, ...heads.map((title) => el("th", { scope: "col" }, title)))), el("tbody", {}, ...lines));
  }

  return { ask, end: () => turn.end() };
}

/** @param {any} column @param {any} value */
const groupName = (column, value) => (value == null || value === "" ? t("没有值") : shown(column, column.kind === "boolean" ? value === "true" : value));

/** @param {any} found @param {Record<string, string>} titles */
function totals(found, titles) {
  const list = el("dl", { class: "table-totals" });
  const put = (/** @type {string} */ title, /** @type {string} */ value) => list.append(el("div", {}, el("dt", {}, title), el("dd", {}, value)));
  put(t("数量"), number(found.count, 0));
  if (found.area_m2 !== undefined) put(t("面积"), found.area_m2 >= 1e5 ? `${number(found.area_m2 / 1e4, 2)} ${t("公顷")}` : `${number(found.area_m2, 1)} ${t("平方米")}`);
  if (found.length_m !== undefined) put(t("长度"), found.length_m >= 1e4 ? `${number(found.length_m / 1000, 2)} ${t("公里")}` : `${number(found.length_m, 1)} ${t("米")}`);
  for (const [name, { sum, mean, min, max }] of Object.entries(found.fields ?? {})) {
    if (mean != null) put(titles[name] ?? name, t("合计 {sum}，平均 {mean}（{min}–{max}）", { sum: number(sum), mean: number(mean), min: number(min), max: number(max) }));
  }
  return list;
}
