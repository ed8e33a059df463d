// The order, strength and filters of layers: values alone, neither map nor page.

/** A style layer, as far as its place goes. @typedef {{id: string, source?: string, type: string, metadata?: any}} StyleLayer */

const RELIEF = "relief";

/** The layers of the catalogue in the order in which the style draws them, the lowest first.
 * @param {StyleLayer[]} style @param {string[]} known @returns {string[]} */
export function drawnOrder(style, known) {
  const found = style.map(({ source }) => source ?? "").filter((id) => known.includes(id));
  return [...new Set(found)];
}

/** A chosen order made whole: what it does not name lies where it lies by itself, above the same neighbour.
 * @param {string[]} chosen @param {string[]} usual @returns {string[]} */
export function completed(chosen, usual) {
  const order = chosen.filter((id, at) => usual.includes(id) && chosen.indexOf(id) === at);
  usual.forEach((id, at) => {
    if (order.includes(id)) return;
    const below = usual.slice(0, at).reverse().find((one) => order.includes(one));
    order.splice(below === undefined ? 0 : order.indexOf(below) + 1, 0, id);
  });
  return order;
}

/** The order with one layer moved so many places among those that are shown.
 * @param {string[]} order the lowest first @param {string} id @param {number} by up is positive @param {(id: string) => boolean} isShown */
export function moved(order, id, by, isShown) {
  const shown = order.filter(isShown);
  const from = shown.indexOf(id);
  const to = Math.max(0, Math.min(shown.length - 1, from + by));
  if (from < 0 || from === to) return order;
  const rest = order.filter((one) => one !== id);
  rest.splice(rest.indexOf(shown[to]) + (to > from ? 1 : 0), 0, id);
  return rest;
}

/** Whether a style layer draws a layer of the catalogue; what tools draw from its tiles does not.
 * @param {StyleLayer} layer */
export const isOwn = ({ id, source }) => Boolean(source) && (id === source || id.startsWith(`${source}-`));

// Points stand in front of what is behind them: their names are not for blocks to cover.
const isPointName = (/** @type {StyleLayer[]} */ style, /** @type {string | undefined} */ source) => style.some((one) => one.source === source && one.type === "circle");

/** The ids of style layers in the order wanted: paper, what lies below, shapes, shading above the ground, names, then what tools drew.
 * @param {StyleLayer[]} style @param {string[]} order the lowest first @returns {string[]} */
export function sequence(style, order) {
  const place = new Map(order.map((id, at) => [id, at]));
  const ranked = style.filter((one) => isOwn(one) && place.has(one.source ?? ""));
  const by = (/** @type {StyleLayer} */ a, /** @type {StyleLayer} */ b) => (place.get(a.source ?? "") ?? 0) - (place.get(b.source ?? "") ?? 0);
  const shapes = ranked.filter(({ type }) => type !== "symbol").sort(by);
  const labels = ranked.filter(({ type }) => type === "symbol").sort(by);
  const isGround = shapes.map(({ metadata }) => Boolean(metadata?.ground));
  const relief = style.filter(({ id }) => id === RELIEF);
  shapes.splice(isGround.lastIndexOf(true) + 1, 0, ...relief);
  const taken = new Set([...shapes, ...labels]);
  const rest = style.filter((one) => !taken.has(one));
  // Blocks cover the names of what lies around them; their own stand above.
  const [first] = shapes.filter(({ type }) => type === "fill-extrusion");
  const covered = first ? labels.filter(({ source }) => !shapes.some((one) => one.source === source && one.type === "fill-extrusion") && !isPointName(style, source)) : [];
  const above = labels.filter((one) => !covered.includes(one));
  if (first) shapes.splice(shapes.indexOf(first), 0, ...covered);
  const below = rest.filter(({ type, source }) => type === "background" || source === "base");
  return [...below, ...shapes, ...above, ...rest.filter((one) => !below.includes(one))].map(({ id }) => id);
}

/** A paint value at a share of its strength; zoom stays at the top of the expression, as MapLibre wants it.
 * @param {any} value @param {number} share */
export function faded(value, share) {
  if (share === 1) return value;
  if (!Array.isArray(value)) return (value ?? 1) * share;
  const from = { interpolate: 4, step: 2 }[value[0]];
  if (from === undefined) return ["*", share, value];
  return value.map((part, at) => (at >= from && (at - from) % 2 === 0 ? faded(part, share) : part));
}

/** The query of a layer's tiles: its day and what it is narrowed to.
 * @param {string} at @param {object | null} filter */
export function tileQuery(at, filter) {
  const query = new URLSearchParams();
  if (at) query.set("datetime", at);
  if (filter) { query.set("filter", JSON.stringify(filter)); query.set("filter-lang", "cql2-json"); }
  const text = query.toString();
  return text ? `?${text}` : "";
}
