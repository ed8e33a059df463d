// @ts-check
// The rows of a layer, page by page, for the last question alone.
import { ask, csrfToken } from "../base/session.js";
import { latestOnly } from "../base/latest.js";
import { nextCursor, parameters } from "./query.js";

export const PAGE = 200, MOST_ROWS = 2000;

/** An answer that says why not; its text is for people. */
export class Refused extends Error {
  /** @param {string} text @param {number} status */
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

/** @param {Response} answer */
async function read(answer) {
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.detail || told.description || told.error || told.title || String(answer.status), answer.status);
  return told;
}

/** @param {string} path @param {Record<string, string>} values @param {AbortSignal} [signal] */
async function post(path, values, signal) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/geo+json, application/json" };
  return read(await ask(path, { method: "POST", body: new URLSearchParams(values), headers, signal }));
}

/** @param {string} path @param {object} value @param {AbortSignal} [signal] */
export async function postJson(path, value, signal) {
  const headers = { "X-CSRFToken": csrfToken(), "Content-Type": "application/json", Accept: "application/json" };
  return read(await ask(path, { method: "POST", body: JSON.stringify(value), headers, signal }));
}

/** @param {string} path @param {AbortSignal} [signal] */
export async function getJson(path, signal) {
  return read(await ask(path, { headers: { Accept: "application/json" }, signal }));
}

/** The pages of one layer, in order; asking anew ends what was asked before. */
export function rowSource() {
  const turn = latestOnly();
  let question = null, cursor = "", loaded = 0, total = null, signal = turn.begin();

  async function page() {
    const mine = signal, { layer, choice, columns, at, bbox } = question;
    const asked = { ...parameters(choice, columns, { at, bbox, limit: PAGE, cursor }), "skip-geometry": "true" };
    const found = await post(`/table/${layer}/items`, asked, mine);
    if (mine.aborted) return null;
    cursor = nextCursor(found);
    loaded += found.features.length;
    total = found.numberMatched ?? total;
    return found.features.map(({ id, properties }) => ({ ...properties, code: properties.code ?? id }));
  }

  return {
    /** The first rows of a question. @returns {Promise<object[] | null>} null: another came since */
    async begin(asked) {
      signal = turn.begin();
      question = asked;
      [cursor, loaded, total] = ["", 0, null];
      return page();
    },
    /** The next rows; null where there are none, or no more are held. */
    async more() { return cursor && loaded < MOST_ROWS ? page() : null; },
    end() { turn.end(); },
    get state() { return { loaded, total, isWhole: !cursor }; },
  };
}
