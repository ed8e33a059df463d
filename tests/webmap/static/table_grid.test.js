import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "America/New_York"; // wherever the browser is
globalThis.document = { documentElement: { lang: "zh-CN", dataset: { timeZone: "Asia/Shanghai" } }, getElementById: () => null };
const { shown } = await import("../../../webmap/static/table/grid.js");

test("a moment in a cell is the city's, wherever the browser is", () => {
  const column = { name: "valid_from", title: "生效时间", kind: "date-time" };
  assert.equal(shown(column, "2017-12-31T16:00:00Z"), "2018-01-01 00:00");
  assert.equal(shown(column, "unknown"), "unknown");
});

test("a code has its name beside it, a year no thousands", () => {
  assert.equal(shown({ name: "land_use", title: "用途", kind: "string", names: { "0701": "城镇住宅用地" } }, "0701"), "0701 城镇住宅用地");
  assert.equal(shown({ name: "built_year", title: "竣工年份", kind: "integer" }, 2024), "2024");
  assert.equal(shown({ name: "area", title: "面积", kind: "number" }, null), "");
});
