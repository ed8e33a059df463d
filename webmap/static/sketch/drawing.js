// @ts-check
// Drawing and editing on the map by terra-draw. Shapes with holes it cannot edit: they are shown
// beside the others. What snaps to a layer gets the surveyed coordinates from the server.
import { nearestOf } from "./geometry.js";

/** @typedef {[number, number]} Point */

export const COLOUR = "#a63a2b";
const SNAP_PX = 12, CLOSE_PX = 12;
const AWAY = -1e6; // pixels: a point that is typed closes nothing by lying near on the screen
const DIGITS = 9;
const MODES = { point: "point", line: "linestring", polygon: "polygon", rectangle: "rectangle", circle: "circle" };
const NAMES = Object.fromEntries(Object.entries(MODES).map(([name, mode]) => [mode, name]));
const OWN = ["name", "note", "colour"];
const GUIDES = ["closingPoint", "snappingPoint", "selectionPoint", "midPoint", "coordinatePoint", "edited"]; // terra-draw's own marks

/** @param {number} value */
const rounded = (value) => Number(value.toFixed(DIGITS));
/** @param {any} part @returns {any} */
const exactly = (part) => (Array.isArray(part) ? part.map(exactly) : rounded(part));
/** @param {any} feature */
const isFixed = ({ geometry }) => geometry.type === "Polygon" && geometry.coordinates.length > 1;

/**
 * @param {any} app the map's program
 * @param {{TerraDraw: any, [name: string]: any}} library terra-draw
 * @param {any} Adapter of MapLibre
 * @param {{changed: () => void, moved: () => void, selected: (id: string) => void, exact: (points: any[]) => Promise<(Point | null)[]>, fixed: (features: any[]) => void}} deps
 */
export function drawing(app, library, Adapter, deps) {
  const { map } = app;
  let isSnapping = true, isTyping = false, picked = "", focus = "", mode = "static";
  const fixed = /** @type {Map<string, any>} */ (new Map());
  const snapped = /** @type {Map<string, {layer: string, code: string, isCorner: boolean}>} */ (new Map());

  const colour = (/** @type {any} */ feature) => feature.properties.colour || COLOUR;
  const snapping = { toCustom: (/** @type {any} */ event, /** @type {any} */ { currentId }) => snap(event, currentId) };
  const area = { fillColor: colour, fillOpacity: 0.16, outlineColor: colour, outlineWidth: 2.6 };
  const shared = { pointerDistance: CLOSE_PX };
  const flags = { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true, snappable: snapping } } };
  const modes = {
    point: new library.TerraDrawPointMode({ ...shared, snapping, styles: { pointColor: colour, pointWidth: 6, pointOutlineColor: "#ffffff", pointOutlineWidth: 2 } }),
    linestring: new library.TerraDrawLineStringMode({ ...shared, snapping, styles: { lineStringColor: colour, lineStringWidth: 3 } }),
    polygon: new library.TerraDrawPolygonMode({ ...shared, snapping, styles: area }),
    rectangle: new library.TerraDrawRectangleMode({ ...shared, styles: area }),
    circle: new library.TerraDrawCircleMode({ ...shared, styles: area }),
    select: new library.TerraDrawSelectMode({ ...shared, keyEvents: { deselect: "Escape", delete: "Delete", rotate: null, scale: null },
      flags: Object.fromEntries(Object.values(MODES).map((name) => [name, name === "circle" ? { feature: { draggable: true, coordinates: { resizable: "center-fixed", draggable: true } } } : flags])),
      styles: { selectedPolygonColor: colour, selectedPolygonOutlineColor: colour, selectedPolygonOutlineWidth: 3.4, selectedLineStringColor: colour, selectedLineStringWidth: 4, selectedPointColor: colour, selectedPointOutlineColor: "#24303a" } }),
  };
  const draw = new library.TerraDraw({
    adapter: new Adapter({ map, coordinatePrecision: DIGITS, prefixId: "sketch" }),
    modes: Object.values(modes),
    undoRedo: { modeLevel: new library.TerraDrawModeUndoRedo() },
  });
  draw.start();
  draw.setMode("static");
  draw.on("finish", (/** @type {string} */ id, /** @type {any} */ { action }) => { settle(id).then(() => { if (action === "draw") { focus = id; deps.selected(id); } deps.changed(); }); });
  draw.on("change", (/** @type {string[]} */ _ids, /** @type {string} */ type, /** @type {any} */ context) => {
    if (type === "delete" && mode === "select" && context?.origin !== "api") deps.changed(); // by its key
    deps.moved();
  });
  draw.on("select", (/** @type {string} */ id) => { picked = focus = id; deps.selected(id); });
  draw.on("deselect", () => { picked = focus = ""; deps.selected(""); });

  /** The nearest corner or edge of what is shown, and of the sketch itself. @param {any} event @param {string} current */
  function snap({ containerX: x, containerY: y }, current) {
    if (!isSnapping || isTyping) return undefined;
    const own = [...whole().filter(({ id }) => id !== current), ...fixed.values()];
    const near = map.queryRenderedFeatures([[x - SNAP_PX, y - SNAP_PX], [x + SNAP_PX, y + SNAP_PX]])
      .filter((/** @type {any} */ one) => app.state.on.has(one.source) && one.properties.code && !one.sourceLayer?.endsWith(":label"))
      .map((/** @type {any} */ one) => ({ geometry: one.geometry, layer: one.source, code: one.properties.code }));
    const project = (/** @type {Point} */ p) => { const at = map.project(p); return /** @type {Point} */ ([at.x, at.y]); };
    const unproject = (/** @type {Point} */ p) => { const at = map.unproject(p); return /** @type {Point} */ ([at.lng, at.lat]); };
    const found = nearestOf([...own, ...near], [x, y], project, unproject, SNAP_PX);
    if (!found) return undefined;
    const point = exactly(found.point);
    if (found.layer) snapped.set(point.join(), found);
    return point;
  }

  /** The corners of a shape that were snapped to a layer, at their surveyed places. @param {string} id */
  async function settle(id) {
    const shape = draw.getSnapshotFeature(id);
    if (!shape || !snapped.size) return;
    const keys = [...new Set(JSON.stringify(shape.geometry.coordinates).match(/\[-?[\d.]+,-?[\d.]+\]/g)?.map((text) => text.slice(1, -1)))].filter((key) => snapped.has(key));
    snapped.forEach((_value, key) => { if (!keys.includes(key)) snapped.delete(key); });
    if (!keys.length) return;
    const places = await deps.exact(keys.map((key) => {
      const [lon, lat] = key.split(",").map(Number), { layer, code, isCorner } = /** @type {any} */ (snapped.get(key));
      return { lon, lat, layer, code, is_corner: isCorner };
    }));
    const exact = new Map(keys.map((key, at) => [key, places[at]]));
    const moved = (/** @type {any} */ part) => (typeof part[0] === "number" ? exact.get(part.join()) ?? part : part.map(moved));
    snapped.clear();
    if (draw.hasFeature(id)) draw.updateFeatureGeometry(id, { ...shape.geometry, coordinates: exactly(moved(shape.geometry.coordinates)) });
  }

  /** The shapes that are drawn to their end, without terra-draw's own marks. */
  const whole = () => draw.getSnapshot().filter((/** @type {any} */ { properties: p }) => p.mode in NAMES && !p.currentlyDrawing && !GUIDES.some((name) => p[name]));
  const current = () => draw.getSnapshot().find((/** @type {any} */ { properties: p }) => p.currentlyDrawing && p.mode in NAMES && !GUIDES.some((name) => p[name]));

  /** @param {any} feature */
  function kept({ id, geometry, properties }) {
    const own = Object.fromEntries(OWN.filter((name) => properties[name]).map((name) => [name, properties[name]]));
    return { type: "Feature", id, geometry, properties: { drawn: NAMES[properties.mode] ?? "polygon", ...own } };
  }

  const api = {
    /** Every shape, as it is kept. */
    features: () => [...whole().map(kept), ...fixed.values()],
    /** Show these instead. @param {any[]} features */
    set(features) {
      api.stop();
      draw.clear();
      fixed.clear();
      snapped.clear();
      focus = "";
      api.add(features);
    },
    /** Add shapes; returns their ids. @param {any[]} features @returns {string[]} */
    add(features) {
      const ids = features.map((given) => {
        const id = given.id ?? draw.getFeatureId(), geometry = { type: given.geometry.type, coordinates: exactly(given.geometry.coordinates) };
        const properties = { ...given.properties }, own = { type: "Feature", id, geometry, properties };
        const usual = { Point: "point", LineString: "linestring" }[geometry.type] ?? "polygon";
        if (!isFixed(own)) {
          const [{ valid }] = draw.addFeatures([{ ...own, properties: { ...properties, mode: MODES[properties.drawn] ?? usual } }]);
          if (valid) return id;
          const [again] = draw.addFeatures([{ ...own, properties: { ...properties, mode: usual } }]);
          if (again.valid) return id;
        }
        fixed.set(id, own);
        return id;
      });
      deps.fixed([...fixed.values()]);
      return ids;
    },
    /** @param {string} id */
    remove(id) {
      if (picked === id) draw.deselectFeature(id);
      if (fixed.delete(id)) deps.fixed([...fixed.values()]);
      else if (draw.hasFeature(id)) draw.removeFeatures([id]);
    },
    /** @param {string} id @param {Record<string, string>} properties */
    describe(id, properties) {
      const one = fixed.get(id);
      if (one) { Object.assign(one.properties, properties); deps.fixed([...fixed.values()]); }
      else draw.updateFeatureProperties(id, properties);
    },
    /** @param {string} id @param {any} geometry */
    reshape(id, geometry) {
      const [first, ...others] = geometry;
      const { properties } = api.features().find((one) => one.id === id) ?? { properties: {} };
      api.remove(id);
      return api.add([{ id, geometry: first, properties: { ...properties, drawn: "polygon" } }, ...others.map((/** @type {any} */ one) => ({ geometry: one, properties }))]);
    },
    /** A tool by its name; '' for none. @param {string} name */
    use(name) {
      mode = name === "select" ? "select" : MODES[name] ?? "static";
      draw.setMode(mode);
    },
    stop() { if (mode !== "static") api.use(""); },
    /** Select a shape to edit it. @param {string} id */
    select(id) {
      if (fixed.has(id) || !draw.hasFeature(id)) return;
      mode = "select";
      draw.selectFeature(id);
    },
    get selected() { return picked; },
    get tool() { return mode === "select" ? "select" : NAMES[mode] ?? ""; },
    get isBusy() { return draw.getModeState() === "drawing"; },
    /** The shape that is being drawn, was drawn last, or is selected. */
    current: () => { const one = current(); return one ? kept(one) : api.features().find(({ id }) => id === focus) ?? null; },
    /** The last point that was set of the shape in hand. @returns {Point | null} */
    last() {
      const shape = current();
      if (!shape) return null;
      const points = shape.geometry.type === "Polygon" ? shape.geometry.coordinates[0] : shape.geometry.coordinates;
      const set = shape.properties.committedCoordinateCount ?? 0;
      return typeof points[0] === "number" ? points : points[Math.max(0, set - 1)] ?? null;
    },
    /** Set a point exactly there, as by a click. @param {Point} place */
    addPoint([lng, lat]) {
      const tool = modes[mode];
      if (!tool || mode === "select") return;
      const event = { lng: rounded(lng), lat: rounded(lat), containerX: AWAY, containerY: AWAY, button: "left", heldKeys: [], isContextMenu: false };
      isTyping = true;
      tool.onMouseMove(event);
      tool.onClick(event);
      isTyping = false;
      deps.moved();
    },
    /** End the shape in hand, as by Enter. */
    finish() { modes[mode]?.onKeyUp({ key: "Enter", heldKeys: [], preventDefault() {} }); },
    /** Give the shape in hand up. */
    cancel() { modes[mode]?.onKeyUp({ key: "Escape", heldKeys: [], preventDefault() {} }); },
    /** One point of the shape in hand back, or on again; false where there is none. @param {boolean} isOn */
    step: (isOn) => (isOn ? draw.canRedo() && draw.redo() : draw.canUndo() && draw.undo()),
    /** @param {boolean} wanted */
    snap(wanted) { isSnapping = wanted; },
  };
  return api;
}
