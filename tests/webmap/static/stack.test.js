import assert from "node:assert/strict";
import test from "node:test";

import { hiddenOf } from "../../../webmap/static/map/occlusion.js";
import { completed, drawnOrder, faded, moved, sequence, tileQuery } from "../../../webmap/static/map/stack.js";

const STYLE = [
  { id: "paper", type: "background" }, { id: "landcover", source: "landcover", type: "fill", metadata: { ground: true } },
  { id: "relief", source: "terrain", type: "hillshade" }, { id: "roads-casing", source: "roads", type: "line" }, { id: "roads", source: "roads", type: "line" },
  { id: "parcels", source: "parcels", type: "fill" }, { id: "parcels-edge", source: "parcels", type: "line" },
  { id: "roads-label", source: "roads", type: "symbol" }, { id: "parcels-label", source: "parcels", type: "symbol" },
  { id: "selected-line", source: "parcels", type: "line" }, { id: "measure-line", source: "measure", type: "line" },
];
const KNOWN = ["landcover", "roads", "parcels"];

test("the usual order is the style's, and keeps it as it is", () => {
  const order = drawnOrder(STYLE, KNOWN);
  assert.deepEqual(order, KNOWN);
  assert.deepEqual(sequence(STYLE, order), STYLE.map(({ id }) => id));
});

test("a layer moves with its edges and its names; shading stays on the ground, tools on top", () => {
  assert.deepEqual(sequence(STYLE, ["landcover", "parcels", "roads"]), ["paper", "landcover", "relief", "parcels", "parcels-edge",
    "roads-casing", "roads", "parcels-label", "roads-label", "selected-line", "measure-line"]);
  assert.deepEqual(sequence(STYLE, ["roads", "landcover", "parcels"]).slice(0, 5), ["paper", "roads-casing", "roads", "landcover", "relief"]);
});

test("moving counts the shown ones alone, and stops at the ends", () => {
  const order = ["a", "b", "c", "d"];
  const isShown = (id) => id !== "c";
  assert.deepEqual(moved(order, "b", 1, isShown), ["a", "c", "d", "b"]);
  assert.deepEqual(moved(order, "d", -1, isShown), ["a", "d", "b", "c"]);
  assert.deepEqual(moved(order, "a", -1, isShown), order);
  assert.deepEqual(moved(order, "a", 9, isShown), ["b", "c", "d", "a"]);
});

test("an order from an older link takes in what has come since, and leaves out what is gone", () => {
  assert.deepEqual(completed(["c", "gone", "a", "c"], ["a", "b", "c", "d"]), ["c", "d", "a", "b"]);
  assert.deepEqual(completed([], ["a", "b"]), ["a", "b"]);
});

test("strength keeps the zoom at the top of an expression", () => {
  assert.equal(faded(0.8, 0.5), 0.4);
  assert.equal(faded(undefined, 0.5), 0.5);
  assert.deepEqual(faded(["interpolate", ["linear"], ["zoom"], 5, 0, 9, ["match", ["get", "k"], "a", 1, 0]], 0.5),
    ["interpolate", ["linear"], ["zoom"], 5, 0, 9, ["*", 0.5, ["match", ["get", "k"], "a", 1, 0]]]);
  assert.deepEqual(faded(["step", ["zoom"], 1, 9, 0.4], 0.5), ["step", ["zoom"], 0.5, 9, 0.2]);
});

test("tiles are asked for their day and filter, and for nothing else", () => {
  assert.equal(tileQuery("", null), "");
  const query = new URLSearchParams(tileQuery("2020-01-01", { op: "=", args: [{ property: "a" }, "&%"] }));
  assert.equal(query.get("datetime"), "2020-01-01");
  assert.deepEqual(JSON.parse(query.get("filter")), { op: "=", args: [{ property: "a" }, "&%"] });
});

test("blocks cover the names of streets, not their own and not those of points", () => {
  const style = [{ id: "paper", type: "background" }, { id: "roads", source: "roads", type: "line" }, { id: "buildings", source: "buildings", type: "fill-extrusion" },
    { id: "sites", source: "sites", type: "circle" }, { id: "roads-label", source: "roads", type: "symbol" }, { id: "buildings-label", source: "buildings", type: "symbol" }, { id: "sites-label", source: "sites", type: "symbol" }];
  assert.deepEqual(sequence(style, ["roads", "buildings", "sites"]), ["paper", "roads", "roads-label", "buildings", "sites", "buildings-label", "sites-label"]);
  assert.deepEqual(hiddenOf([{ code: "a", seen: "a" }, { code: "b", seen: "a" }, { code: "c", seen: undefined }, { code: "b", seen: "a" }]), ["b"]);
});
