// @ts-check
// Geometry of a sketch without map or page: bearing and distance, the nearest corner or edge,
// figures in a plane, shapes of a file as single ones.

/** @typedef {[number, number]} Point */
/** @typedef {{forward: (p: Point) => Point, inverse: (p: Point) => Point}} Plane */

/**
 * Degrees of a bearing as people write it: 45.5, 45°30′15″, 45-30-15, 45 30 15. NaN where it is none.
 * @param {string} text
 */
export function bearingOf(text) {
  const parts = text.trim().replace(/[°度′'’分″"”秒－-]+/g, " ").trim().split(/\s+/);
  const isPlain = parts.length <= 3 && parts.every((part) => /^\d+(\.\d+)?$/.test(part)) && parts.slice(0, -1).every((part) => !part.includes("."));
  if (!isPlain || /^\s*-/.test(text)) return NaN;
  const [degrees, minutes = 0, seconds = 0] = parts.map(Number);
  if (minutes >= 60 || seconds >= 60) return NaN;
  const whole = degrees + minutes / 60 + seconds / 3600;
  return whole <= 360 ? whole : NaN;
}

/**
 * The point at a bearing (from the grid's north, clockwise) and distance in metres of the plane.
 * @param {Point} from degrees
 * @param {number} bearing
 * @param {number} metres
 * @param {Plane} plane
 * @returns {Point}
 */
export function pointAt(from, bearing, metres, plane) {
  const [east, north] = plane.forward(from), angle = (bearing * Math.PI) / 180;
  return plane.inverse([east + metres * Math.sin(angle), north + metres * Math.cos(angle)]);
}

/**
 * The bearing and distance from one point to another, in the plane.
 * @param {Point} from @param {Point} to @param {Plane} plane
 */
export function courseOf(from, to, plane) {
  const [[east, north], [east2, north2]] = [plane.forward(from), plane.forward(to)];
  const bearing = (Math.atan2(east2 - east, north2 - north) * 180) / Math.PI;
  return { bearing: (bearing + 360) % 360, metres: Math.hypot(east2 - east, north2 - north) };
}

/** A bearing in degrees, minutes, seconds. @param {number} bearing */
export function inDegrees(bearing) {
  const seconds = Math.round(bearing * 3600) % 1_296_000;
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}°${two(Math.floor(seconds / 60) % 60)}′${two(seconds % 60)}″`;
}

/**
 * Length or perimeter and area of a shape in the plane, for what is told while it is drawn.
 * @param {{type: string, coordinates: any}} geometry
 * @param {Plane} plane
 */
export function planeFigures(geometry, plane) {
  const isArea = geometry.type === "Polygon";
  const rings = (isArea ? geometry.coordinates : geometry.type === "LineString" ? [geometry.coordinates] : [])
    .map((/** @type {Point[]} */ ring) => ring.map((point) => plane.forward(point)));
  let length = 0, area = 0;
  for (const [at, ring] of rings.entries()) {
    let twice = 0;
    for (let i = 1; i < ring.length; i += 1) {
      length += Math.hypot(ring[i][0] - ring[i - 1][0], ring[i][1] - ring[i - 1][1]);
      twice += (ring[i - 1][0] - ring[0][0]) * (ring[i][1] - ring[0][1]) - (ring[i][0] - ring[0][0]) * (ring[i - 1][1] - ring[0][1]);
    }
    if (isArea) area += (at ? -1 : 1) * Math.abs(twice) / 2;
  }
  return { length, area };
}

/** The corners and edges of any geometry. @param {any} geometry @returns {{points: Point[], lines: Point[][]}} */
function partsOf(geometry) {
  const { type, coordinates } = geometry;
  if (type === "Point") return { points: [coordinates], lines: [] };
  if (type === "MultiPoint") return { points: coordinates, lines: [] };
  const lines = { LineString: [coordinates], MultiLineString: coordinates, Polygon: coordinates, MultiPolygon: coordinates?.flat() }[type] ?? [];
  return { points: lines.flat(), lines };
}

/**
 * What of some shapes lies nearest to a pixel: a corner before an edge, within so many pixels.
 * @param {{geometry: any, layer?: string, code?: string}[]} shapes
 * @param {Point} pixel
 * @param {(p: Point) => Point} project
 * @param {(p: Point) => Point} unproject
 * @param {number} reach
 * @returns {{point: Point, isCorner: boolean, layer: string, code: string} | null}
 */
export function nearestOf(shapes, pixel, project, unproject, reach) {
  let corner = null, edge = null, cornerAway = reach, edgeAway = reach;
  for (const { geometry, layer = "", code = "" } of shapes) {
    const { points, lines } = partsOf(geometry);
    for (const point of points) {
      const away = apart(project(point), pixel);
      if (away < cornerAway) [cornerAway, corner] = [away, { point, isCorner: true, layer, code }];
    }
    for (const line of lines) {
      const drawn = line.map(project);
      for (let i = 1; i < drawn.length; i += 1) {
        const foot = footOf(pixel, drawn[i - 1], drawn[i]), away = apart(foot, pixel);
        if (away < edgeAway) [edgeAway, edge] = [away, { point: unproject(foot), isCorner: false, layer, code }];
      }
    }
  }
  return corner ?? edge;
}

/** @param {Point} a @param {Point} b */
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** The foot of a perpendicular on a segment. @param {Point} p @param {Point} a @param {Point} b @returns {Point} */
function footOf(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = dx || dy ? Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy))) : 0;
  return [a[0] + along * dx, a[1] + along * dy];
}

/** The single shapes of a geometry. @param {any} geometry @returns {any[]} */
export function singles(geometry) {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(singles);
  if (!geometry.type.startsWith("Multi")) return [geometry];
  return geometry.coordinates.map((/** @type {any} */ coordinates) => ({ type: geometry.type.slice(5), coordinates }));
}

/** West, south, east, north of shapes; null of none. @param {any[]} geometries @returns {[number, number, number, number] | null} */
export function boundsOf(geometries) {
  const all = geometries.flatMap((geometry) => singles(geometry)).flatMap((geometry) => partsOf(geometry).points);
  if (!all.length) return null;
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of all) {
    [found[0], found[1]] = [Math.min(found[0], x), Math.min(found[1], y)];
    [found[2], found[3]] = [Math.max(found[2], x), Math.max(found[3], y)];
  }
  return /** @type {[number, number, number, number]} */ (found);
}
