// @ts-check
// What was done, step by step: back and on again. Pure.

const MOST = 100;

/** The steps of a sketch from its first state. @param {any} first */
export function steps(first) {
  let past = [JSON.stringify(first)], coming = /** @type {string[]} */ ([]);
  return {
    /** A new state; one that is like the last is no step. @param {any} state */
    add(state) {
      const text = JSON.stringify(state);
      if (text === past[past.length - 1]) return false;
      past = [...past, text].slice(-MOST);
      coming = [];
      return true;
    },
    /** The state before; null where there is none. */
    back() {
      if (past.length < 2) return null;
      coming = [...coming, past[past.length - 1]];
      past = past.slice(0, -1);
      return JSON.parse(past[past.length - 1]);
    },
    /** The state that was gone back from; null where there is none. */
    on() {
      const next = coming[coming.length - 1];
      if (next == null) return null;
      coming = coming.slice(0, -1);
      past = [...past, next];
      return JSON.parse(next);
    },
    /** Begin anew. @param {any} state */
    reset(state) { past = [JSON.stringify(state)]; coming = []; },
    get canBack() { return past.length > 1; },
    get canOn() { return coming.length > 0; },
  };
}
