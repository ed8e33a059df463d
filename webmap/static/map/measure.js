// Measuring: drawn here, computed on the server in the city's own CRS.

import { ask, csrfToken } from "../base/session.js";
import { latestOnly } from "../base/latest.js";

export function wireMeasure(app) {
  const { map, texts } = app;
  const buttons = { line: document.getElementById("tool-length"), polygon: document.getElementById("tool-area") };
  let kind = "";
  let points = [];
  const isDrawing = () => app.drawing === "measure";
  const turn = latestOnly(); // another measurement, or Escape, ends the waiting for this one

  const drawn = (cursor) => {
    const all = cursor ? [...points, cursor] : points;
    const ring = kind === "polygon" && all.length > 2 ? [...all, all[0]] : all;
    return { type: "FeatureCollection", features: [
      ...(ring.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } }] : []),
      ...points.map((p) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: p } })),
    ] };
  };
  const draw = (cursor) => map.getSource("measure")?.setData(drawn(cursor));

  map.on("load", () => {
    map.addSource("measure", { type: "geojson", data: drawn() });
    map.addLayer({ id: "measure-line", type: "line", source: "measure", paint: { "line-color": "#a63a2b", "line-width": 2.4, "line-dasharray": [3, 1.5] } });
    map.addLayer({ id: "measure-point", type: "circle", source: "measure", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 4, "circle-color": "#fff", "circle-stroke-color": "#a63a2b", "circle-stroke-width": 2 } });
    if (app.state.measured) tell();
  });

  function begin(what) {
    const same = kind === what && isDrawing();
    stop(true);
    if (same) return;
    kind = what;
    app.drawing = "measure";
    buttons[what].setAttribute("aria-pressed", "true");
    map.getCanvas().style.cursor = "crosshair";
    map.doubleClickZoom.disable();
    app.say(texts.drawing, 0);
    if (!map.getCanvas().matches(":focus")) map.getCanvas().focus({ preventScroll: true });
  }

  function stop(clear) {
    app.drawing = "";
    Object.values(buttons).forEach((b) => b.setAttribute("aria-pressed", "false"));
    map.getCanvas().style.cursor = "";
    setTimeout(() => map.doubleClickZoom.enable(), 300);
    if (clear) wipe();
  }

  function wipe() {
    turn.end();
    points = [];
    draw();
    app.say("");
    if (!app.state.measured) return;
    app.state.measured = null;
    app.keep();
  }

  async function finish() {
    const enough = points.length >= (kind === "polygon" ? 3 : 2);
    stop(!enough);
    if (!enough) return;
    app.state.measured = { kind, points };
    app.keep({ push: true });
    await tell();
  }

  // What was measured, with its figures: after drawing, and where a link brings it.
  async function tell() {
    const { kind: measured, points: corners } = app.state.measured;
    const signal = turn.begin();
    const geometry = measured === "polygon"
      ? { type: "Polygon", coordinates: [[...corners, corners[0]]] }
      : { type: "LineString", coordinates: corners };
    [kind, points] = [measured, corners];
    draw();
    points = [];
    const told = await answerTo(measured, geometry, signal);
    if (signal.aborted) return;
    app.say(told, 0);
    document.dispatchEvent(new CustomEvent("tujing:measured", { detail: geometry }));
  }

  app.forgetMeasure = wipe; // what was measured is kept elsewhere

  function restore() {
    if (isDrawing()) stop(false);
    if (app.state.measured) { tell(); return; }
    turn.end();
    points = [];
    draw();
    app.say("");
  }
  document.addEventListener("tujing:restored", restore);

  async function answerTo(measured, geometry, signal) {
    try {
      const answer = await ask("/measure", { method: "POST", body: JSON.stringify(geometry), signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() } });
      const found = await answer.json();
      return answer.ok ? sentence(measured, found) : found.error || texts.failed;
    } catch (problem) {
      return problem.fragment ? "" : texts.failed;
    }
  }

  function sentence(measured, found) {
    const length = `${measured === "polygon" ? texts.perimeter : texts.length} ${metres(found.length_m)}`;
    if (measured !== "polygon") return `${length}（${texts.ellipsoid} ${metres(found.ellipsoidal_length_m)}）`;
    const area = `${texts.area} ${number(found.area_m2, 1)} ${texts.m2} = ${number(found.area_ha, 4)} ${texts.ha} = ${number(found.area_mu, 3)} ${texts.mu}`;
    return `${area}（${texts.ellipsoid} ${number(found.ellipsoidal_area_m2, 1)} ${texts.m2}） · ${length}`;
  }
  const number = (value, digits) => value.toLocaleString("zh-CN", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const metres = (value) => (value >= 1000 ? `${number(value / 1000, 3)} ${texts.km}` : `${number(value, 2)} ${texts.metre}`);

  buttons.line.addEventListener("click", () => begin("line"));
  buttons.polygon.addEventListener("click", () => begin("polygon"));
  // As exact as an address holds it (a centimetre), so that whoever is sent it reads the same figures.
  const addPoint = app.points.measure = ({ lng, lat }) => { points.push([lng, lat].map((degrees) => Number(degrees.toFixed(7)))); draw(); };
  map.on("click", ({ lngLat }) => { if (isDrawing()) addPoint(lngLat); });
  map.on("mousemove", ({ lngLat }) => { if (isDrawing() && points.length) draw([lngLat.lng, lngLat.lat]); });
  map.on("dblclick", () => { if (isDrawing()) { points.splice(-1, 1); finish().then(() => {}); } });
  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if (isDrawing() && key === "Enter") event.preventDefault(); // else the focused tool begins anew
    if (!isDrawing()) { if (key === "Escape" && !app.drawing) wipe(); return; }
    if (key === "Escape") stop(true);
    if (key === "Enter") finish();
  });
}
