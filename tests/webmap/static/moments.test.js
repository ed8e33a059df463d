import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "America/New_York"; // wherever the browser is
const { clockTime, dayOf, inWords } = await import("../../../webmap/static/base/moments.js");
const CITY = "Asia/Shanghai";

test("a moment is told by the city's clock", () => {
  assert.equal(inWords("2024-06-22T20:00:00Z", "zh-CN", CITY), "2024年6月23日 04:00");
  assert.equal(dayOf("2024-06-22T20:00:00Z", CITY), "2024-06-23");
  assert.equal(clockTime("2024-06-22T15:59:00Z", "zh-CN", undefined, CITY), "06/22 23:59");
});

test("a day is that day in every zone", () => {
  for (const zone of [CITY, "America/Los_Angeles", "Pacific/Kiritimati"]) {
    assert.equal(inWords("2020-07-09", "zh-CN", zone), "2020年7月9日");
    assert.equal(dayOf("2020-07-09", zone), "2020-07-09");
  }
  assert.equal(inWords("", "zh-CN", CITY), "");
});
