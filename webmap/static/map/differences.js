// What differs between two views of the same place, as a list: asked of the API, told by kind. Values alone.

/** @typedef {{at: string, on: string[], only: Record<string, any[]>}} Side */

export const KINDS = ["added", "changed", "moved", "ended"];

/** What became of a feature of the API's ``changes``: moved where its shape is another.
 * @param {{change: string, changed?: string[]}} properties */
export const kindOf = ({ change, changed = [] }) => (change === "changed" && changed.includes("geometry") ? "moved" : change);

/** The two moments in their order; null where they are one. "" is now.
 * @param {string} left @param {string} right @returns {{from: string, to: string} | null} */
export function span(left, right) {
  if (left === right) return null;
  if (!left || (right && right < left)) return { from: right, to: left };
  return { from: left, to: right };
}

/** How many of each kind. @param {{kind: string}[]} rows @returns {Record<string, number>} */
export const counts = (rows) => Object.fromEntries(KINDS.map((kind) => [kind, rows.filter((row) => row.kind === kind).length]));

/** Of two lists of features by code, what stands in one alone. @param {any[]} left @param {any[]} right */
export function apart(left, right) {
  const codes = (/** @type {any[]} */ list) => new Set(list.map(({ id }) => id));
  const [a, b] = [codes(left), codes(right)];
  return [...left.filter(({ id }) => !b.has(id)).map((one) => ({ ...one, kind: "ended" })), ...right.filter(({ id }) => !a.has(id)).map((one) => ({ ...one, kind: "added" }))];
}

/** The box of a geometry in degrees; null without one. @param {any} geometry @returns {number[] | null} */
export function box(geometry) {
  /** @type {[number, number, number, number]} */
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (/** @type {any} */ part) => {
    if (typeof part?.[0] === "number") {
      found[0] = Math.min(found[0], part[0]); found[1] = Math.min(found[1], part[1]);
      found[2] = Math.max(found[2], part[0]); found[3] = Math.max(found[3], part[1]);
    } else if (Array.isArray(part)) part.forEach(walk);
  };
  walk(geometry?.coordinates);
  return Number.isFinite(found[0]) ? found : null;
}

/** The other side as an address holds it, and back: what is no side is none.
 * @param {string | null} text @returns {Side | null} */
export function readSide(text) {
  let value;
  try { value = JSON.parse(text || "null"); } catch { return null; }
  if (!value || typeof value !== "object" || typeof value.at !== "string" || !Array.isArray(value.on)) return null;
  if (value.at && Number.isNaN(Date.parse(value.at))) return null;
  const only = value.only && typeof value.only === "object" && !Array.isArray(value.only) ? value.only : {};
  return { at: value.at, on: value.on.filter((/** @type {any} */ id) => typeof id === "string"), only };
}
