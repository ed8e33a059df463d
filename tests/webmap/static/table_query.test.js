// What a person chose, as the query of the API. 
import assert from "node:assert/strict";
import { test } from "node:test";
import { filterOf, hows, isWhole, nextCursor, nothing, packed, parameters, thinned, unpacked } from "../../../webmap/static/table/query.js";

const columns = [
  { name: "code", title: "编码", kind: "string" },
  { name: "name", title: "名称", kind: "string" },
  { name: "use", title: "用途", kind: "string", names: { "0701": "住宅" } },
  { name: "storeys", title: "层数", kind: "integer" },
  { name: "area", title: "面积", kind: "number" },
  { name: "on", title: "日期", kind: "date" },
  { name: "valid_from", title: "生效", kind: "date-time" },
  { name: "is_old", title: "旧", kind: "boolean" },
];
const asking = (column, how, value = "", to = "") => filterOf({ ...nothing(), conditions: [{ column, how, value, to }] }, columns);
const property = (name) => ({ property: name });

test("nothing chosen narrows nothing", () => {
  assert.equal(filterOf(nothing(), columns), null);
  assert.deepEqual(parameters(nothing(), columns), {});
});

test("one condition stands alone, several are joined", () => {
  assert.deepEqual(asking("storeys", "ge", "7"), { op: ">=", args: [property("storeys"), 7] });
  const both = filterOf({ ...nothing(), codes: ["B1"], conditions: [{ column: "name", how: "empty" }] }, columns);
  assert.deepEqual(both, { op: "and", args: [{ op: "isNull", args: [property("name")] }, { op: "in", args: [property("code"), ["B1"]] }] });
});

test("signs of a pattern in a text are taken as they are", () => {
  assert.equal(asking("name", "begins", "50%_\\").args[1], "50\\%\\_\\\\%");
  assert.deepEqual(asking("name", "has", "a%").args[1], { op: "casei", args: ["%a\\%%"] });
});

test("days are days, numbers numbers, truth truth", () => {
  assert.deepEqual(asking("on", "lt", "2020-02-29").args[1], { date: "2020-02-29" });
  assert.deepEqual(asking("area", "between", "1.5", "2"), { op: "between", args: [property("area"), 1.5, 2] });
  assert.deepEqual(asking("on", "between", "2020-01-01", "2020-12-31").op, "and");
  assert.deepEqual(asking("is_old", "eq", "true").args[1], true);
});

test("what does not say enough is not asked", () => {
  assert.equal(asking("storeys", "ge", ""), null);
  assert.equal(asking("storeys", "ge", "7.5"), null);
  assert.equal(asking("area", "between", "1", ""), null);
  assert.equal(asking("on", "eq", "gestern"), null);
  assert.equal(asking("gone", "eq", "1"), null);
  assert.equal(asking("storeys", "has", "7"), null);
  assert.ok(isWhole({ column: "name", how: "filled" }, columns[1]));
  assert.deepEqual(hows(columns[2]), ["eq", "ne", "empty", "filled"]);
});

test("a choice comes back from an address as it went", () => {
  const choice = { ...nothing(), conditions: [{ column: "name", how: "has", value: "=1", to: "" }], sort: "-area", codes: ["B1"], area: { type: "Polygon", coordinates: [] } };
  assert.deepEqual(unpacked(JSON.parse(JSON.stringify(packed(choice)))), choice);
});

test("rubbish in an address chooses nothing", () => {
  for (const given of [null, 7, "x", [], { conditions: 3, codes: [1], area: "x", sort: 5 }, { conditions: [null, { column: 1 }] }]) {
    assert.deepEqual(unpacked(given), nothing());
  }
});

test("the next page is known by its cursor", () => {
  assert.equal(nextCursor({ links: [{ rel: "next", href: "http://h/ogc/collections/x/items?cursor=ab%2Bc&limit=2" }] }), "ab+c");
  assert.equal(nextCursor({ links: [{ rel: "self", href: "http://h/" }] }), "");
});

test("a line drawn by hand keeps its corners and loses the rest", () => {
  const straight = Array.from({ length: 100 }, (_, i) => [i, 0]);
  assert.deepEqual(thinned(straight, 1), [[0, 0], [99, 0]]);
  const bent = [...straight, ...Array.from({ length: 50 }, (_, i) => [99, i + 1])];
  assert.deepEqual(thinned(bent, 1), [[0, 0], [99, 0], [99, 50]]);
});
