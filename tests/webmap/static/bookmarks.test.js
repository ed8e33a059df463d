import assert from "node:assert/strict";
import test from "node:test";

import "./browser.js";

const { readKept, withOne } = await import("../../../webmap/static/map/bookmarks.js");
const { isInside, ring } = await import("../../../webmap/static/map/position.js");

test("a browser's bookmarks are read, and what leads elsewhere is left out", () => {
  const one = { title: "广场", path: "/planning", address: "14/27/111/0/0&on=roads" };
  assert.deepEqual(readKept(JSON.stringify([one, { ...one, path: "https://elsewhere.example/" }, { ...one, path: "//elsewhere.example" }, null, 3])), [one]);
  for (const text of ["{", "3", null, '{"a":1}']) assert.deepEqual(readKept(text), []);
});

test("a name holds one view", () => {
  const kept = withOne([{ title: "b", path: "/", address: "1" }], { title: "a", path: "/", address: "2" });
  assert.deepEqual(withOne(kept, { title: "b", path: "/", address: "3" }).map(({ title, address }) => title + address), ["a2", "b3"]);
  assert.equal(Array.from({ length: 150 }, (_, at) => ({ title: String(at) })).reduce(withOne, []).length, 100);
});

test("the ring of accuracy is as wide as it says", () => {
  const [corners] = ring([111.66, 27.69], 500).coordinates;
  const metres = corners.map(([lon, lat]) => Math.hypot((lon - 111.66) * Math.cos((27.69 * Math.PI) / 180), lat - 27.69) * 111195);
  assert.ok(Math.max(...metres) < 501 && Math.min(...metres) > 499);
  assert.deepEqual(corners[0], corners.at(-1));
  assert.ok(isInside([111.66, 27.69], [111.5, 27.4, 112.1, 28.1]));
  assert.ok(!isInside([116.4, 39.9], [111.5, 27.4, 112.1, 28.1]));
});
