// @ts-check
// What a sketch shows beside what is edited: shapes with holes, a file, pieces of a check, a crossing.
import { COLOUR } from "./drawing.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const FILE = "#2f6f9f", PIECE = "#d8432f";

/** @param {any} map */
export function layersOf(map) {
  const isPoint = ["==", ["geometry-type"], "Point"];
  /** @param {string} id @param {any} colour @param {any} opacity @param {any} width */
  function source(id, colour, opacity, width) {
    if (map.getSource(id)) return;
    map.addSource(id, { type: "geojson", data: EMPTY });
    map.addLayer({ id: `${id}-fill`, type: "fill", source: id, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": opacity } });
    map.addLayer({ id: `${id}-line`, type: "line", source: id, filter: ["!", isPoint], paint: { "line-color": colour, "line-width": width } });
    map.addLayer({ id: `${id}-point`, type: "circle", source: id, filter: isPoint, paint: { "circle-radius": 5, "circle-color": colour, "circle-stroke-color": "#fff", "circle-stroke-width": 1.6 } });
  }
  const strong = (/** @type {number} */ yes, /** @type {number} */ no) => ["case", ["==", ["get", "strong"], true], yes, no];
  const own = ["coalesce", ["get", "colour"], COLOUR];
  /** @param {string} id @param {any} colour @param {any} opacity @param {any} [width] @returns {(data: any) => void} */
  const put = (id, colour, opacity, width = 2.4) => (data) => { source(id, colour, opacity, width); map.getSource(id).setData(data); };
  const fixed = put("sketch-fixed", own, 0.16), cross = put("sketch-cross", PIECE, 0);
  const file = put("sketch-file", FILE, 0.12), pieces = put("sketch-pieces", PIECE, strong(0.34, 0.05), strong(3, 1));
  return {
    /** @param {any[]} features */
    fixed: (features) => { if (features.length || map.getSource("sketch-fixed")) fixed({ type: "FeatureCollection", features }); },
    /** @param {[number, number] | null} at */
    cross: (at) => { if (at || map.getSource("sketch-cross")) cross(at ? { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } } : EMPTY); },
    /** @param {any} data */
    file: (data) => { if (data || map.getSource("sketch-file")) file(data ?? EMPTY); },
    /** @param {any} data */
    pieces: (data) => { if (data || map.getSource("sketch-pieces")) pieces(data ?? EMPTY); },
  };
}
