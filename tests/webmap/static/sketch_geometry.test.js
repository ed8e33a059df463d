// Bearing and distance, figures, what is nearest; steps back and on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bearingOf, boundsOf, courseOf, inDegrees, nearestOf, planeFigures, pointAt, singles } from "../../../webmap/static/sketch/geometry.js";
import { steps } from "../../../webmap/static/sketch/steps.js";

const same = (point) => point;
const plane = { forward: same, inverse: same };

test("a bearing is read as people write it", () => {
  assert.equal(bearingOf("45.5"), 45.5);
  assert.ok(Math.abs(bearingOf("45°30′15″") - 45.504166667) < 1e-9);
  assert.equal(bearingOf("45-30-00"), 45.5);
  assert.equal(bearingOf(" 45 30 "), 45.5);
  assert.equal(bearingOf("45度30分"), 45.5);
  for (const wrong of ["", "北", "45.5 30", "45 60", "361", "-5", "1 2 3 4"]) assert.ok(Number.isNaN(bearingOf(wrong)), wrong);
});

test("a bearing goes from the grid's north, clockwise", () => {
  const [east, north] = pointAt([100, 100], 90, 50, plane);
  assert.ok(Math.abs(east - 150) < 1e-9 && Math.abs(north - 100) < 1e-9);
  const back = courseOf([150, 100], [100, 100], plane);
  assert.ok(Math.abs(back.bearing - 270) < 1e-9);
  assert.equal(back.metres, 50);
});

test("a bearing is written with minutes and seconds that are full", () => {
  assert.equal(inDegrees(45.504166667), "45°30′15″");
  assert.equal(inDegrees(59.9999999), "60°00′00″");
  assert.equal(inDegrees(359.99999999), "0°00′00″");
});

test("figures of a plane leave holes out", () => {
  const ring = (low, high) => [[low, low], [high, low], [high, high], [low, high], [low, low]];
  assert.deepEqual(planeFigures({ type: "Polygon", coordinates: [ring(0, 10), ring(4, 6)] }, plane), { length: 48, area: 96 });
  assert.deepEqual(planeFigures({ type: "LineString", coordinates: [[0, 0], [3, 4]] }, plane), { length: 5, area: 0 });
  assert.deepEqual(planeFigures({ type: "Point", coordinates: [0, 0] }, plane), { length: 0, area: 0 });
});

test("a corner is nearer than an edge, and nothing is beyond reach", () => {
  const shapes = [{ geometry: { type: "Polygon", coordinates: [[[0, 0], [100, 0], [100, 100], [0, 0]]] }, layer: "parcels", code: "P1" }];
  const near = (pixel) => nearestOf(shapes, pixel, same, same, 10);
  assert.deepEqual(near([97, 4]), { point: [100, 0], isCorner: true, layer: "parcels", code: "P1" });
  assert.deepEqual(near([50, 6]), { point: [50, 0], isCorner: false, layer: "parcels", code: "P1" });
  assert.equal(near([50, 20]), null);
});

test("shapes of many parts become single ones", () => {
  const many = { type: "GeometryCollection", geometries: [{ type: "MultiPoint", coordinates: [[1, 2], [3, 4]] }, { type: "LineString", coordinates: [[0, 0], [9, 9]] }] };
  assert.deepEqual(singles(many).map(({ type }) => type), ["Point", "Point", "LineString"]);
  assert.deepEqual(boundsOf([many]), [0, 0, 9, 9]);
  assert.equal(boundsOf([]), null);
});

test("steps go back and on, and a new one ends what was to come", () => {
  const done = steps([]);
  assert.equal(done.back(), null);
  assert.ok(done.add([1]));
  assert.ok(!done.add([1]));
  done.add([1, 2]);
  assert.deepEqual(done.back(), [1]);
  assert.deepEqual(done.on(), [1, 2]);
  assert.equal(done.on(), null);
  assert.deepEqual([done.back(), done.back()], [[1], []]);
  done.add([3]);
  assert.ok(!done.canOn && done.canBack);
  for (let i = 0; i < 200; i += 1) done.add([i, "more"]);
  let number = 0;
  while (done.back()) number += 1;
  assert.equal(number, 99);
});
