// @ts-check
// What a person chose, as the query of the API: conditions by clicking become CQL2 (JSON).
// Pure: no page, no server.

/**
 * A column as the server describes it.
 * @typedef {{name: string, title: string, kind: string, unit?: string, is_grouped?: boolean,
 *   names?: Record<string, string>}} Column
 * One condition: a column, how it is compared, and with what (a second value for "between").
 * @typedef {{column: string, how: string, value?: string, to?: string}} Condition
 * What one asks of a layer.
 * @typedef {{conditions: Condition[], words: string, sort: string, columns: string[],
 *   area: object | null, codes: string[], group: string}} Choice
 */

const TEXTS = ["eq", "ne", "has", "begins", "empty", "filled"];
const ORDERED = ["eq", "ne", "lt", "le", "gt", "ge", "between", "empty", "filled"];
const DAYS = ["eq", "lt", "ge", "between", "empty", "filled"];
const CODED = ["eq", "ne", "empty", "filled"];
const HOWS = { string: TEXTS, integer: ORDERED, number: ORDERED, boolean: CODED, date: DAYS, "date-time": DAYS };
export const ALONE = ["empty", "filled"]; // conditions without a value
const OPERATORS = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" };

/** How a column can be compared. @param {Column} column @returns {string[]} */
export const hows = (column) => (column.names ? CODED : HOWS[column.kind] ?? TEXTS);

/** Nothing chosen yet. @returns {Choice} */
export const nothing = () => ({ conditions: [], words: "", sort: "", columns: [], area: null, codes: [], group: "" });

/** Whether a condition says enough to be asked. @param {Condition} one @param {Column} [column] */
export function isWhole(one, column) {
  if (!column || !hows(column).includes(one.how)) return false;
  if (ALONE.includes(one.how)) return true;
  return readable(column, one.value) && (one.how !== "between" || readable(column, one.to));
}

/** @param {Column} column @param {string} [text] */
function readable(column, text = "") {
  if (text.trim() === "") return false;
  if (column.kind === "integer") return /^\s*[+-]?\d{1,15}\s*$/.test(text);
  if (column.kind === "number") return Number.isFinite(Number(text));
  if (column.kind === "date" || column.kind === "date-time") return /^\d{4}-\d{2}-\d{2}$/.test(text);
  return !text.includes("\u0000");
}

/** A value as CQL2 writes it. @param {Column} column @param {string} text */
function literal(column, text) {
  if (column.kind === "integer" || column.kind === "number") return Number(text);
  if (column.kind === "boolean") return text === "true";
  if (column.kind === "date" || column.kind === "date-time") return { date: text };
  return text;
}

/** A text that LIKE takes as it is. @param {string} text */
const plain = (text) => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);

/** A condition as CQL2. @param {Condition} one @param {Column} column */
function expression(one, column) {
  const property = { property: one.column };
  const value = literal(column, one.value ?? "");
  const isNull = { op: "isNull", args: [property] };
  switch (one.how) {
    case "empty": return isNull;
    case "filled": return { op: "not", args: [isNull] };
    case "has": return { op: "like", args: [{ op: "casei", args: [property] }, { op: "casei", args: [`%${plain(String(value))}%`] }] };
    case "begins": return { op: "like", args: [property, `${plain(String(value))}%`] };
    case "between": return between(property, column, value, literal(column, one.to ?? ""));
    default: return { op: OPERATORS[one.how], args: [property, value] };
  }
}


/** Both bounds included; CQL2's own BETWEEN takes numbers only. A day is meant from its beginning
 * to its end. @param {object} property @param {Column} column @param {any} from @param {any} to */
function between(property, column, from, to) {
  if (column.kind === "integer" || column.kind === "number") return { op: "between", args: [property, from, to] };
  return { op: "and", args: [{ op: ">=", args: [property, from] }, { op: "<=", args: [property, to] }] };
}

/** Everything that is chosen, joined; null where nothing narrows the layer.
 * @param {Choice} choice @param {Column[]} columns @returns {object | null} */
export function filterOf(choice, columns) {
  const known = new Map(columns.map((column) => [column.name, column]));
  /** @type {object[]} */
  const parts = [];
  for (const one of choice.conditions) {
    const column = known.get(one.column);
    if (!column || !isWhole(one, column)) continue;
    parts.push(expression(one, column));
  }
  if (choice.codes.length) parts.push({ op: "in", args: [{ property: "code" }, choice.codes] });
  if (choice.area) parts.push({ op: "s_intersects", args: [{ property: "geometry" }, choice.area] });
  if (parts.length < 2) return parts[0] ?? null;
  return { op: "and", args: parts };
}

/** The parameters of a page of rows, or of a download.
 * @param {Choice} choice @param {Column[]} columns
 * @param {{at?: string, bbox?: number[] | null, limit?: number, cursor?: string, form?: string}} more */
export function parameters(choice, columns, { at = "", bbox = null, limit = 0, cursor = "", form = "" } = {}) {
  /** @type {Record<string, string>} */
  const asked = {};
  const filter = filterOf(choice, columns);
  if (filter) Object.assign(asked, { filter: JSON.stringify(filter), "filter-lang": "cql2-json" });
  if (choice.words.trim()) asked.q = choice.words.trim();
  if (choice.sort) asked.sortby = choice.sort;
  if (at) asked.datetime = at;
  if (bbox) asked.bbox = bbox.map((degrees) => degrees.toFixed(6)).join(",");
  if (limit) asked.limit = String(limit);
  if (cursor) asked.cursor = cursor;
  if (form) asked.f = form;
  return asked;
}

/** The choice as it stands in an address or a saved view: without what is empty.
 * @param {Choice} choice */
export function packed(choice) {
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value && (!Array.isArray(value) || value.length)));
}

/** A choice that came from elsewhere: what it does not hold rightly is left out.
 * @param {any} given @returns {Choice} */
export function unpacked(given) {
  const found = nothing();
  if (!given || typeof given !== "object") return found;
  const texts = (/** @type {any} */ list) => (Array.isArray(list) ? list.filter((one) => typeof one === "string") : []);
  if (Array.isArray(given.conditions)) {
    found.conditions = given.conditions
      .filter((/** @type {any} */ one) => one && typeof one.column === "string" && typeof one.how === "string")
      .map((/** @type {any} */ { column, how, value, to }) => ({ column, how, value: String(value ?? ""), to: String(to ?? "") }));
  }
  found.columns = texts(given.columns);
  found.codes = texts(given.codes);
  for (const name of /** @type {const} */ (["words", "sort", "group"])) {
    if (typeof given[name] === "string") found[name] = given[name];
  }
  if (given.area && typeof given.area === "object" && typeof given.area.type === "string" && Array.isArray(given.area.coordinates)) {
    found.area = given.area;
  }
  return found;
}

/** The cursor of the next page, from its link. @param {{links?: {rel: string, href: string}[]}} page */
export function nextCursor(page) {
  const link = (page.links ?? []).find(({ rel }) => rel === "next");
  return link ? new URL(link.href, "http://localhost").searchParams.get("cursor") ?? "" : "";
}

/** A line drawn by hand with no more corners than needed: those nearer than `tolerance` to the
 * line of their neighbours go (Douglas, Peucker 1973). @param {number[][]} line @param {number} tolerance @returns {number[][]} */
export function thinned(line, tolerance) {
  if (line.length < 3) return line;
  const first = line[0], last = line[line.length - 1];
  let far = 0, at = 0;
  for (let i = 1; i < line.length - 1; i += 1) {
    const away = distance(line[i], first, last);
    if (away > far) [far, at] = [away, i];
  }
  if (far <= tolerance) return [first, last];
  return [...thinned(line.slice(0, at + 1), tolerance).slice(0, -1), ...thinned(line.slice(at), tolerance)];
}

/** Of a point from a segment. @param {number[]} p @param {number[]} a @param {number[]} b */
function distance([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = dx || dy ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}
