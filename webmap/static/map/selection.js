// The selected feature, drawn over everything; and the keys that walk the unit table.

const RED = "#d8432f";
const OURS = ["selected-fill", "selected-halo", "selected-line", "selected-point", "selected-block"];

export function mark(map, source, code) {
  for (const id of OURS) if (map.getLayer(id)) map.removeLayer(id);
  restoreBlocks(map);
  if (!source || !map.getSource(source)) return;
  const filter = ["==", ["get", "code"], code];
  const shared = { source, "source-layer": source };
  if (map.getLayer(source)?.type === "fill-extrusion") return raise(map, source, shared, filter);
  const shown = map.getLayer(source);
  const areal = shown?.type === "fill" || shown?.metadata?.fills;
  if (areal) map.addLayer({ ...shared, id: "selected-fill", type: "fill", filter, paint: { "fill-color": RED, "fill-opacity": 0.14 } });
  const line = { ...shared, type: "line", layout: { "line-join": "round", "line-cap": "round" },
    filter: ["all", ["!=", ["geometry-type"], "Point"], filter] };
  map.addLayer({ ...line, id: "selected-halo", paint: { "line-color": "#fffdf8", "line-width": 6, "line-opacity": 0.9 } });
  map.addLayer({ ...line, id: "selected-line", paint: { "line-color": RED, "line-width": 2.8 } });
  map.addLayer({ ...shared, id: "selected-point", type: "circle",
    filter: ["all", ["==", ["geometry-type"], "Point"], filter],
    paint: { "circle-radius": 11, "circle-color": "rgba(216,67,47,.14)", "circle-stroke-color": RED, "circle-stroke-width": 2.6 } });
  return undefined;
}

// What is no longer (or not yet) on the map on this day: its outline, dashed.
export function outline(map, geometry) {
  const data = { type: "FeatureCollection", features: geometry ? [{ type: "Feature", properties: {}, geometry }] : [] };
  const source = map.getSource("outline");
  if (source) return source.setData(data);
  if (!geometry) return undefined;
  map.addSource("outline", { type: "geojson", data });
  return map.addLayer({ id: "outline", type: "line", source: "outline",
    paint: { "line-color": RED, "line-width": 2.4, "line-dasharray": [2, 1.6] } });
}

// A selected block takes the place of the plain one, or their walls would flicker.
function raise(map, source, shared, filter) {
  map.setFilter(source, ["!", filter]);
  map.addLayer({ ...shared, id: "selected-block", type: "fill-extrusion", filter, paint: {
    "fill-extrusion-color": RED, "fill-extrusion-opacity": 0.94,
    "fill-extrusion-height": map.getPaintProperty(source, "fill-extrusion-height") } }, labelsAbove(map));
}

function restoreBlocks(map) {
  for (const { id, type } of map.getStyle()?.layers ?? []) {
    if (type === "fill-extrusion" && !OURS.includes(id) && map.getFilter(id)) map.setFilter(id, null);
  }
}

function labelsAbove(map) {
  return map.getStyle().layers.find((layer) => layer.type === "symbol")?.id;
}

// Arrow keys go to the nearest unit in their direction, across merged cells too.
export function walkTable(event) {
  const from = event.target.closest?.(".unit-table .unit");
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!from || !step) return;
  event.preventDefault();
  const middle = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  const [x, y] = middle(from);
  let best = null;
  for (const unit of from.closest(".unit-table").querySelectorAll(".unit")) {
    const [dx, dy] = [middle(unit)[0] - x, middle(unit)[1] - y];
    const ahead = dx * step[0] + dy * step[1];
    const aside = Math.abs(dx * step[1] + dy * step[0]);
    if (unit === from || ahead < 4 || aside > ahead * 3) continue;
    const cost = ahead + aside * 3;
    if (!best || cost < best.cost) best = { unit, cost };
  }
  best?.unit.focus();
}
