import assert from "node:assert/strict";
import test from "node:test";

import { readAddress, writeShown } from "../../../webmap/static/map/address.js";

const HOME = { centre: [111.66, 27.69], zoom: 13, pitch: 0, bearing: 0, layers: ["roads", "water"], relief: true, today: "2026-12-01" };
const read = (hash, search = "") => readAddress(hash, search, HOME);

test("an empty address is the entrance's own view", () => {
  const view = read("");
  assert.deepEqual(view.centre, HOME.centre);
  assert.equal(view.isPlaced, false);
  assert.deepEqual([...view.on], ["roads", "water"]);
  assert.deepEqual([view.at, view.selected, view.point, view.measured], ["", "", null, null]);
});

test("what is written is read again, whole", () => {
  const view = {
    ...read("#14.2/27.69340/111.66410/-18/52"), at: "2024-06-22T12:00:00Z", compare: true, relief: false,
    on: new Set(["parcels"]), selected: "parcels/4313 8&/2", measured: { kind: "polygon", points: [[111.5, 27.5], [111.6, 27.5], [111.6, 27.6]] },
  };
  const again = read(`#14.2/27.69340/111.66410/-18/52&${writeShown(view, HOME.relief)}`);
  assert.deepEqual(again, view);
  const point = { ...view, selected: "", point: [111.1234567, 27.7654321] };
  assert.deepEqual(read(`#&${writeShown(point, true)}`).point, point.point);
});

test("what no view can be is left out", () => {
  for (const [hash, name, value] of [
    ["#17/999/111/0/0", "isPlaced", false],
    ["#a/b/c/d/e", "isPlaced", false],
    ["#x&at=2020-99-99", "at", ""],
    ["#x&at=2020-06-22T20:00:00", "at", ""], // of no zone
    ["#x&at=2030-01-01", "at", ""], // not yet
    ["#x&here=999,999", "point", null],
    ["#x&here=1,2,3", "point", null],
    ["#x&here=,", "point", null],
    ["#x&m=area:1,2;3,4", "measured", null], // two corners are no area
    ["#x&m=ring:1,2;3,4;5,6", "measured", null],
    ["#x&m=line:1,2;nowhere", "measured", null],
  ]) assert.equal(read(hash)[name], value, hash);
});

test("a record goes before a point; an older link names it in the query", () => {
  assert.equal(read("#x&sel=parcels/P2&here=1,2").point, null);
  assert.equal(read("", "?sel=parcels:P2").selected, "parcels/P2");
});

test("no layer is a choice, too", () => {
  assert.equal(read("#x&on=").on.size, 0);
  assert.match(writeShown({ ...read("#x&on="), relief: true }, true), /^on=$/);
});

test("a shape too long for an address is not written", () => {
  const points = Array.from({ length: 201 }, (_, n) => [111 + n / 1000, 27]);
  assert.doesNotMatch(writeShown({ ...read(""), measured: { kind: "line", points } }, true), /m=/);
});

test("order, strength, conditions and the ground below come back whole; what is none is left out", () => {
  const view = { ...read("#14/27.69/111.66/0/0"), base: "image", order: ["water", "roads"], opacity: { roads: 40, water: 0 },
    only: { parcels: [{ column: "land_use", how: "eq", value: "07&01,“”" }] } };
  assert.deepEqual(read(`#14/27.69/111.66/0/0&${writeShown(view, true)}`), view);
  const odd = read("#14/27.69/111.66/0/0&op=roads:400,water:x,:4,a:5&only=[1]&order=");
  assert.deepEqual([odd.opacity, odd.only, odd.order], [{ a: 5 }, {}, []]);
  assert.deepEqual(read('#&only={"a":[{"column":1,"how":"eq"}],"b":[],"c":3}').only, {});
});
