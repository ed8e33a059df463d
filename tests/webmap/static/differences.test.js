import assert from "node:assert/strict";
import test from "node:test";

import { readAddress, writeShown } from "../../../webmap/static/map/address.js";
import { apart, box, counts, kindOf, readSide, span } from "../../../webmap/static/map/differences.js";

test("two days are taken in their order, whichever side is older", () => {
  assert.deepEqual(span("2020-01-01", ""), { from: "2020-01-01", to: "" });
  assert.deepEqual(span("", "2020-01-01"), { from: "2020-01-01", to: "" });
  assert.deepEqual(span("2021-01-01", "2020-01-01"), { from: "2020-01-01", to: "2021-01-01" });
  assert.equal(span("2020-01-01", "2020-01-01"), null);
});

test("a change of the shape is told apart from one of values", () => {
  assert.equal(kindOf({ change: "changed", changed: ["land_use", "geometry"] }), "moved");
  assert.equal(kindOf({ change: "changed", changed: ["land_use"] }), "changed");
  assert.equal(kindOf({ change: "added" }), "added");
  assert.deepEqual(counts([{ kind: "moved" }, { kind: "moved" }, { kind: "added" }]), { added: 1, changed: 0, moved: 2, ended: 0 });
});

test("of two plans what stands in one alone is listed", () => {
  assert.deepEqual(apart([{ id: "a" }, { id: "b" }], [{ id: "b" }, { id: "c" }]), [{ id: "a", kind: "ended" }, { id: "c", kind: "added" }]);
});

test("a box holds every corner, and is none without a place", () => {
  assert.deepEqual(box({ type: "MultiPolygon", coordinates: [[[[1, 2], [3, 8], [0, 4]]], [[[9, 5]]]] }), [0, 2, 9, 8]);
  assert.equal(box(null), null);
});

test("the right side comes back from the address, and what is none is left out", () => {
  const home = { centre: [1, 2], zoom: 9, pitch: 0, bearing: 0, layers: [], relief: true, today: "2026-12-01" };
  const view = { ...readAddress("#9/2/1/0/0", "", home), side: { at: "2020-01-01", on: ["parcels"], only: { parcels: [{ column: "a", how: "empty" }] } }, swipe: 31 };
  assert.deepEqual(readAddress(`#9/2/1/0/0&${writeShown(view, true)}`, "", home), view);
  for (const text of ["{", "[]", "3", '{"at":"x","on":[]}', '{"at":""}', null]) assert.equal(readSide(text), null);
});
