import assert from "node:assert/strict";
import test from "node:test";

import { roundMetres } from "../../../webmap/static/map/printing.js";

test("a scale's bar is a round number that fits", () => {
  for (const [most, expected] of [[1, 1], [1.9, 1], [2, 2], [4.99, 2], [5, 5], [999, 500], [1000, 1000], [23456, 20000], [0.3, 0.2]]) {
    assert.ok(Math.abs(roundMetres(most) - expected) < 1e-9, `${most}`);
  }
});
