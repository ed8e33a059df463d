// @ts-check
// The table itself: rows of a layer as they come, heads that sort, a row for the record.
import { cityZone } from "../base/moments.js";
import { el } from "./dom.js";
import { number, t } from "./texts.js";

const NEAR_END_PX = 600;

/**
 * A table in an element. `deps` are what it tells: a head was pressed, a row was opened, the end
 * is near, a value is to be asked for.
 * @param {any} Tabulator the library's class
 * @param {HTMLElement} element
 * @param {{sort: (name: string) => void, open: (code: string) => void, nearEnd: () => void,
 *   only: (column: any, how: string, value: any) => void, mark: (code: string) => void}} deps
 */
export function grid(Tabulator, element, deps) {
  let table = null, opened = "", picked = new Set(), built = Promise.resolve(), isBuilt = false;

  /** Make it anew for the columns of a layer. @param {any[]} columns @param {string} sort */
  function build(columns, sort) {
    table?.destroy();
    isBuilt = false;
    table = new Tabulator(element, {
      index: "code", data: [], height: "100%", layout: "fitDataFill", movableColumns: true,
      placeholder: "", columnDefaults: { resizable: true, headerSort: false, minWidth: 70, maxInitialWidth: 320 },
      rowFormatter: paint,
      columns: columns.map((column) => ({
        title: column.title, field: column.name, tooltip: true, frozen: column.name === "code",
        hozAlign: ["integer", "number"].includes(column.kind) ? "right" : "left",
        titleFormatter: () => head(column, sort),
        formatter: (/** @type {any} */ cell) => document.createTextNode(shown(column, cell.getValue())),
        contextMenu: menu(column),
      })),
    });
    const mine = table;
    built = new Promise((resolve) => { mine.on("tableBuilt", () => { isBuilt = mine === table; resolve(); }); });
    table.on("rowClick", (/** @type {any} */ _event, /** @type {any} */ row) => deps.open(row.getData().code));
    table.on("scrollVertical", () => nearEnd());
    element.onkeydown = keys;
  }

  function nearEnd() {
    const holder = element.querySelector(".tabulator-tableholder");
    if (holder && holder.scrollHeight - holder.scrollTop - holder.clientHeight < NEAR_END_PX) deps.nearEnd();
  }

  /** @param {any} row */
  function paint(row) {
    const code = row.getData().code, line = row.getElement();
    line.tabIndex = 0;
    line.dataset.code = code;
    line.classList.toggle("is-opened", code === opened);
    line.classList.toggle("is-picked", picked.has(code));
    line.onmouseenter = () => deps.mark(code);
    line.onmouseleave = () => deps.mark("");
    line.onfocus = () => deps.mark(code);
  }

  /** @param {KeyboardEvent} event */
  function keys(event) {
    const line = /** @type {HTMLElement} */ (event.target).closest?.(".tabulator-row");
    const row = line && table.getRow(/** @type {HTMLElement} */ (line).dataset.code);
    if (!row) return;
    if (event.key === "Enter") deps.open(row.getData().code);
    const next = { ArrowDown: "getNextRow", ArrowUp: "getPrevRow" }[event.key];
    if (!next) return;
    event.preventDefault();
    const other = row[next]();
    if (other) table.scrollToRow(other, "nearest", false).then(() => other.getElement().focus()).catch(() => {});
  }

  /** @param {any} column @param {string} sort */
  function head(column, sort) {
    const way = sort.replace(/^-/, "") === column.name ? (sort.startsWith("-") ? "↓" : "↑") : "";
    const title = column.unit && !/[(（]/.test(column.title) ? `${column.title}（${column.unit}）` : column.title;
    const label = way ? t(way === "↑" ? "{title}，升序" : "{title}，降序", { title }) : t("按{title}排序", { title });
    return el("button", { type: "button", class: "table-sort", "aria-label": label, onclick: () => deps.sort(column.name) }, title, el("span", { "aria-hidden": "true" }, way));
  }

  /** @param {any} column */
  function menu(column) {
    if (!["string", "integer", "boolean", "date"].includes(column.kind)) return undefined;
    const own = (/** @type {any} */ cell) => cell.getValue();
    return [
      { label: t("只列此值"), action: (/** @type {any} */ _e, /** @type {any} */ cell) => deps.only(column, own(cell) == null ? "empty" : "eq", own(cell)) },
      { label: t("不列此值"), action: (/** @type {any} */ _e, /** @type {any} */ cell) => deps.only(column, own(cell) == null ? "filled" : "ne", own(cell)) },
    ];
  }

  return {
    build,
    /** @param {object[]} rows */
    async replace(rows) { await built; await table.replaceData(rows); element.querySelector(".tabulator-tableholder")?.scrollTo?.(0, 0); },
    /** @param {object[]} rows */
    async add(rows) { await table.addData(rows); },
    nearEnd,
    /** The rows whose features are marked on the map. @param {string} code @param {Iterable<string>} codes */
    show(code, codes) {
      [opened, picked] = [code, new Set(codes)];
      if (isBuilt) for (const row of table.getRows("visible")) paint(row);
    },
    /** Bring a row into sight, if it is there. @param {string} code */
    async reveal(code) {
      await built;
      const row = table?.getRow(code);
      if (row) await table.scrollToRow(row, "center", false).catch(() => {});
    },
    redraw() { if (isBuilt) table.redraw(); },
    codes: () => (table ? table.getData().map((/** @type {any} */ row) => row.code) : []),
  };
}

/** A value as people read it: the name beside the code, days in the city's time.
 * @param {any} column @param {any} value */
export function shown(column, value) {
  if (value == null || value === "") return "";
  if (column.kind === "boolean") return t(value ? "是" : "否");
  if (column.names?.[value]) return column.names[value] === String(value) ? String(value) : `${value} ${column.names[value]}`;
  if (column.kind === "date-time") return localTime(value);
  if (column.kind === "number" || (column.kind === "integer" && !/year|年/.test(column.name + column.title))) return number(value, 6);
  return String(value);
}

/** @param {string} text */
function localTime(text) {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: cityZone(), dateStyle: "short", timeStyle: "short" });
  return Number.isNaN(Date.parse(text)) ? text : parts.format(new Date(text));
}
