import assert from "node:assert/strict";
import test from "node:test";

import { latestOnly } from "../../../webmap/static/base/latest.js";

test("only the latest question counts, in whatever order the answers come", async () => {
  const turn = latestOnly();
  const shown = [];
  const ask = async (text, ms) => {
    const signal = turn.begin();
    await new Promise((wait) => { setTimeout(wait, ms); });
    if (!signal.aborted) shown.push(text);
  };
  await Promise.all([ask("old", 30), ask("older", 20), ask("new", 1)]);
  assert.deepEqual(shown, ["new"]);
});

test("who stops asking gets no answer", () => {
  const turn = latestOnly();
  const signal = turn.begin();
  assert.equal(turn.signal, signal);
  turn.end();
  assert.equal(signal.aborted, true);
  assert.equal(turn.begin().aborted, false);
});
