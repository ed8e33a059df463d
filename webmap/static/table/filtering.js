// @ts-check
// The conditions as a form: a column, how, a value; and what is chosen as chips that can be taken off.
import { el, select } from "./dom.js";
import { shown } from "./grid.js";
import { ALONE, hows, isWhole } from "./query.js";
import { t } from "./texts.js";

const HOW_TITLES = { eq: "等于", ne: "不等于", has: "含有", begins: "开头是", lt: "小于", le: "不大于", gt: "大于", ge: "不小于", between: "介于", empty: "没有值", filled: "有值" };
const DAY_TITLES = { eq: "在这一天", lt: "早于", ge: "不早于", between: "介于" };
const WAIT_MS = 400;

/** @param {any} column @param {string} how */
const howTitle = (column, how) => t((["date", "date-time"].includes(column.kind) && DAY_TITLES[how]) || HOW_TITLES[how]);

/**
 * The form of conditions. `changed` is told when what is asked has changed.
 * @param {HTMLElement} box @param {() => void} changed
 */
export function filterForm(box, changed) {
  let columns = [], choice = null, timer = 0;
  const soon = () => { clearTimeout(timer); timer = window.setTimeout(changed, WAIT_MS); };

  function draw() {
    const rows = choice.conditions.map(condition);
    const add = el("button", { type: "button", class: "add", onclick: () => { choice.conditions.push({ column: columns[0].name, how: hows(columns[0])[0], value: "", to: "" }); draw(); box.querySelector(".condition:last-of-type select")?.focus(); } }, t("添加条件"));
    box.replaceChildren(...rows, el("div", { class: "table-row" }, add, el("span", { class: "hint" }, t("各条件须同时满足"))));
  }

  /** @param {any} one @param {number} index */
  function condition(one, index) {
    const column = columns.find(({ name }) => name === one.column) ?? columns[0];
    const line = el("div", { class: "condition" });
    const which = select(columns.map(({ name, title }) => [name, title]), column.name, { "aria-label": t("字段"), onchange: () => { Object.assign(one, { column: which.value, value: "", to: "" }); one.how = hows(columns.find(({ name }) => name === which.value))[0]; draw(); changed(); } });
    const how = select(hows(column).map((name) => [name, howTitle(column, name)]), one.how, { "aria-label": t("比较"), onchange: () => { one.how = how.value; draw(); changed(); } });
    line.append(which, how);
    if (!ALONE.includes(one.how)) line.append(value(column, one, "value"));
    if (one.how === "between") line.append(el("span", {}, t("至")), value(column, one, "to"));
    line.append(el("button", { type: "button", class: "plain", "aria-label": t("去掉这个条件"), onclick: () => { choice.conditions.splice(index, 1); draw(); changed(); } }, "×"));
    return line;
  }

  /** @param {any} column @param {any} one @param {"value" | "to"} part */
  function value(column, one, part) {
    const label = t(part === "to" ? "至" : "值");
    const put = (/** @type {string} */ text) => { one[part] = text; soon(); };
    if (column.kind === "boolean") return select([["", "—"], ["true", t("是")], ["false", t("否")]], one[part], { "aria-label": label, onchange: (/** @type {any} */ e) => put(e.target.value) });
    if (column.names) {
      const options = Object.entries(column.names).map(([code, name]) => /** @type {[string, string]} */ ([code, name === code ? code : `${code} ${name}`]));
      return select([["", "—"], ...options], one[part], { "aria-label": label, onchange: (/** @type {any} */ e) => put(e.target.value) });
    }
    const type = { integer: "number", number: "number", date: "date", "date-time": "date" }[column.kind] ?? "text";
    return el("input", { type, step: column.kind === "number" ? "any" : undefined, value: one[part] ?? "", "aria-label": label, maxlength: 200, oninput: (/** @type {any} */ e) => put(e.target.value) });
  }

  return {
    /** @param {any[]} known @param {any} chosen */
    set(known, chosen) { [columns, choice] = [known, chosen]; clearTimeout(timer); if (columns.length) draw(); },
  };
}

/** What is chosen, in words that can be taken off one by one.
 * @param {HTMLElement} box @param {any} choice @param {any[]} columns @param {{drop: (part: string, index?: number) => void, area: string}} deps */
export function chips(box, choice, columns, { drop, area }) {
  const known = new Map(columns.map((column) => [column.name, column]));
  const made = [];
  const chip = (/** @type {string} */ text, /** @type {string} */ part, index = 0) => made.push(el("button", { type: "button", class: "chip", title: t("去掉"), onclick: () => drop(part, index) }, text, el("span", { "aria-hidden": "true" }, " ×")));
  choice.conditions.forEach((/** @type {any} */ one, /** @type {number} */ index) => {
    const column = known.get(one.column);
    if (column && isWhole(one, column)) chip([column.title, howTitle(column, one.how), inWords(column, one)].join(" ").trim(), "condition", index);
  });
  if (choice.words) chip(t("含“{words}”", choice), "words");
  if (choice.codes.length) chip(t("点选 {n} 个", { n: choice.codes.length }), "codes");
  if (choice.area) chip(area || t("所画范围内"), "area");
  if (made.length > 1) made.push(el("button", { type: "button", class: "plain", onclick: () => drop("all") }, t("全部去掉")));
  box.replaceChildren(...made);
}

/** @param {any} column @param {any} one */
function inWords(column, one) {
  if (ALONE.includes(one.how)) return "";
  const text = (/** @type {string} */ value) => (column.kind === "boolean" ? t(value === "true" ? "是" : "否") : column.names ? shown(column, value) : value);
  return one.how === "between" ? `${text(one.value)}–${text(one.to)}` : text(one.value);
}
