// What an address says of the view, and back: text alone, neither map nor page.
// #14.2/27.69340/111.66410/0/0&at=2020-05-01&on=roads,water&sel=parcels/4313…
// Also: cmp=1 (beside today), relief=0 (shading off), here=lon,lat (the point asked about),
// m=line:lon,lat;lon,lat… or m=area:… (what was measured), table=layer and rows={…} (the attribute
// table and what is chosen in it), sketch=new, an id, or ~ and a link (the sketch that is open), order=a,b (layers from the lowest, where moved), op=roads:40 (per cent),
// side={at,on,only} and swipe=50 (the view on the right, and where the handle stands), only={"parcels":[{column,how,value}]} (what layers are narrowed to), base=id (what lies below).
import { readSide } from "./differences.js";

const DAY_OR_MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
const SKETCH = /^(new|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|~[\w-]{20,60})$/;
const MOST_POINTS = 200; // an address that every browser and mail program takes

/**
 * @typedef {object} Defaults
 * @property {[number, number]} centre
 * @property {number} zoom
 * @property {number} pitch
 * @property {number} bearing
 * @property {string[]} layers
 * @property {boolean} relief
 * @property {string} today
 *
 * @typedef {{kind: "line" | "polygon", points: [number, number][]}} Shape
 *
 * @typedef {object} View
 * @property {[number, number]} centre
 * @property {number} zoom
 * @property {number} pitch
 * @property {number} bearing
 * @property {string} at
 * @property {Set<string>} on
 * @property {string} selected
 * @property {[number, number] | null} point
 * @property {Shape | null} measured
 * @property {boolean} relief
 * @property {boolean} compare
 * @property {string} base what lies below: an outside map, "none", or "" for the city's own ground
 * @property {string[]} order of layers, the lowest first; empty as the style has it
 * @property {Record<string, number>} opacity of layers, in per cent, where it is not 100
 * @property {Record<string, any[]>} only conditions that layers are narrowed to
 * @property {import("./differences.js").Side | null} side the view on the right of the handle
 * @property {number} swipe where the handle stands, in per cent
 * @property {string} table the layer whose table is open
 * @property {string} rows what is chosen in it, as JSON
 * @property {string} sketch the sketch that is open: new, its id, or ~ and its link
 * @property {boolean} isPlaced whether the address says where to look; else a record is flown to
 */

/**
 * The view that an address asks for; what cannot be read is left as the entrance has it.
 * @param {string} hash
 * @param {string} search
 * @param {Defaults} defaults
 * @returns {View}
 */
export function readAddress(hash, search, defaults) {
  /** @type {View} */
  const view = {
    centre: defaults.centre, zoom: defaults.zoom, pitch: defaults.pitch, bearing: defaults.bearing,
    at: "", on: new Set(defaults.layers), selected: "", point: null, measured: null,
    relief: defaults.relief, compare: false, base: "", order: [], opacity: {}, only: {}, side: null, swipe: 50, table: "", rows: "", sketch: "", isPlaced: false,
  };
  const [camera, ...rest] = hash.replace(/^#/, "").split("&");
  const numbers = camera.split("/").map(Number);
  if (numbers.length === 5 && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 85) {
    [view.zoom, , , view.bearing, view.pitch] = numbers;
    view.centre = [numbers[2], numbers[1]];
    view.isPlaced = true;
  }
  const values = new URLSearchParams(rest.join("&"));
  const at = values.get("at") || "";
  if (DAY_OR_MOMENT.test(at) && !Number.isNaN(Date.parse(at)) && at < defaults.today) view.at = at;
  view.compare = values.get("cmp") === "1";
  if (values.has("on")) view.on = new Set(values.get("on")?.split(",").filter(Boolean));
  if (values.has("relief")) view.relief = values.get("relief") === "1";
  view.selected = values.get("sel") || (new URLSearchParams(search).get("sel") || "").replace(":", "/");
  if (!view.selected) view.point = place(values.get("here") || "");
  view.measured = shape(values.get("m") || "");
  Object.assign(view, { base: values.get("base") || "", order: list(values.get("order")), opacity: opacities(values.get("op")), only: narrowed(values.get("only")) });
  view.side = readSide(values.get("side"));
  const stands = Number(values.get("swipe") || NaN);
  if (stands >= 2 && stands <= 98) view.swipe = Math.round(stands);
  [view.table, view.rows] = [values.get("table") || "", values.get("rows") || ""];
  view.sketch = SKETCH.exec(values.get("sketch") || "")?.[0] ?? "";
  return view;
}

/**
 * What is shown, without where from: the part of an address behind the camera.
 * @param {Omit<View, "centre" | "zoom" | "pitch" | "bearing" | "isPlaced">} view
 * @param {boolean} relief the entrance's own
 */
export function writeShown(view, relief) {
  const parts = [];
  if (view.at) parts.push(`at=${encodeURIComponent(view.at)}`);
  if (view.at && view.compare) parts.push("cmp=1");
  parts.push(`on=${[...view.on].join(",")}`);
  if (view.relief !== relief) parts.push(`relief=${view.relief ? 1 : 0}`);
  if (view.base) parts.push(`base=${encodeURIComponent(view.base)}`);
  if (view.order.length) parts.push(`order=${view.order.map(encodeURIComponent).join(",")}`);
  const weak = Object.entries(view.opacity).map(([id, percent]) => `${encodeURIComponent(id)}:${percent}`);
  if (weak.length) parts.push(`op=${weak.join(",")}`);
  if (Object.keys(view.only).length) parts.push(`only=${encodeURIComponent(JSON.stringify(view.only))}`);
  if (view.side) parts.push(`side=${encodeURIComponent(JSON.stringify(view.side))}`);
  if (view.side && view.swipe !== 50) parts.push(`swipe=${view.swipe}`);
  if (view.selected) parts.push(`sel=${encodeURIComponent(view.selected)}`);
  if (view.point) parts.push(`here=${written(view.point)}`);
  if (view.measured && view.measured.points.length <= MOST_POINTS) {
    const kind = view.measured.kind === "polygon" ? "area" : "line";
    parts.push(`m=${kind}:${view.measured.points.map(written).join(";")}`);
  }
  if (view.table) parts.push(`table=${encodeURIComponent(view.table)}`);
  if (view.table && view.rows) parts.push(`rows=${encodeURIComponent(view.rows)}`);
  if (view.sketch) parts.push(`sketch=${view.sketch}`);
  return parts.join("&");
}

/** @param {string | null} text */
const list = (text) => (text ?? "").split(",").filter(Boolean);

/** @param {string | null} text @returns {Record<string, number>} */
function opacities(text) {
  const pairs = list(text).map((part) => /** @type {[string, number]} */ ([part.slice(0, part.lastIndexOf(":")), Number(part.slice(part.lastIndexOf(":") + 1) || NaN)]));
  return Object.fromEntries(pairs.filter(([id, percent]) => id && Number.isInteger(percent) && percent >= 0 && percent < 100));
}

/** @param {string | null} text @returns {Record<string, any[]>} */
function narrowed(text) {
  let value;
  try { value = JSON.parse(text || "{}"); } catch { return {}; }
  if (!value || typeof value !== "object" || Array.isArray(value)) return {};
  const isCondition = (/** @type {any} */ one) => one && ["column", "how"].every((name) => typeof one[name] === "string");
  return Object.fromEntries(Object.entries(value).filter(([, some]) => Array.isArray(some) && some.length && some.every(isCondition)));
}

/** @param {[number, number]} point */
const written = (point) => point.map((degrees) => degrees.toFixed(7)).join(",");

/**
 * @param {string} text
 * @returns {[number, number] | null}
 */
function place(text) {
  const [lon, lat, ...more] = text.split(",").map((part) => (part ? Number(part) : NaN));
  const isOnEarth = !more.length && Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
  return isOnEarth ? [lon, lat] : null;
}

/**
 * @param {string} text
 * @returns {Shape | null}
 */
function shape(text) {
  const [kind, rest = ""] = text.split(":");
  const points = rest.split(";").map(place);
  const least = { line: 2, area: 3 }[kind] ?? Infinity;
  if (points.length < least || points.length > MOST_POINTS || points.some((one) => !one)) return null;
  return { kind: kind === "area" ? "polygon" : "line", points: /** @type {[number, number][]} */ (points) };
}
