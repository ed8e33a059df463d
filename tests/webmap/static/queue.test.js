import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";

import { server } from "./browser.js";

const { discard, enqueue, flush, state, waiting } = await import("../../../webmap/static/inspector/queue.js");

const codes = () => server.asked.map(({ values }) => values.note);
const entered = (note, more = {}) => enqueue(more.path || "report", note, { note, ...more.values });

async function settled() {
  await new Promise((wait) => { setTimeout(wait, 60); });
  while (state.sending) await new Promise((wait) => { setTimeout(wait, 20); });
}

beforeEach(async () => {
  await settled();
  for (const item of await waiting()) await discard(item.id);
  Object.assign(server, { answers: [], asked: [], isAway: false });
});
after(() => setTimeout(() => process.exit(), 50).unref()); // the queue's own timers wait for minutes

test("with no signal all is kept; with one it goes, each once, with its UUID", async () => {
  server.isAway = true;
  await entered("a");
  await entered("b");
  await settled();
  assert.equal((await waiting()).length, 2);
  assert.equal(state.online, false);
  Object.assign(server, { isAway: false, asked: [] });
  await flush(true);
  assert.deepEqual(codes().sort(), ["a", "b"]);
  assert.equal((await waiting()).length, 0);
  assert.equal(new Set(server.asked.map(({ values }) => values.uuid)).size, 2);
  assert.equal(server.asked[0].csrf, "token");
});

test("what the server refuses stays with its reason, and holds nothing else up", async () => {
  server.answers = [[422, { error: "没有这个类别", field: "class" }]];
  await entered("bad");
  await settled();
  await entered("good");
  await settled();
  const [left, ...more] = await waiting();
  assert.equal(more.length, 0);
  assert.deepEqual([left.title, left.state, left.error, left.field], ["bad", "refused", "没有这个类别", "class"]);
});

test("results on one case keep their order: a later one waits for an earlier that failed", async () => {
  server.answers = [[503, {}]];
  await entered("first", { path: "act", values: { code: "C7" } });
  await settled();
  await entered("second", { path: "act", values: { code: "C7" } });
  await settled();
  await entered("other", { path: "act", values: { code: "C8" } });
  await settled();
  assert.deepEqual(codes(), ["first", "other"]);
  server.asked = [];
  await flush(true);
  assert.deepEqual(codes(), ["first", "second"]);
});

test("a session that has ended stops the sending and loses nothing", async () => {
  server.answers = [[401, {}]];
  await entered("one");
  await settled();
  assert.equal(state.signedOut, true);
  assert.equal((await waiting())[0].state, "waiting");
  assert.equal((await waiting())[0].tries, 0);
  await flush(true);
  assert.equal((await waiting()).length, 0);
});

test("what somebody else entered on this phone is not sent for me", async () => {
  await enqueue("report", "theirs", { note: "theirs" }, [], { who: "another" });
  await settled();
  await flush(true);
  assert.deepEqual(codes(), []);
  assert.equal((await waiting()).length, 1);
});
