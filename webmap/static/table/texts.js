// @ts-check
// What the table says: Chinese in the code, the page's language from the page.
const texts = JSON.parse(document.getElementById("table-texts")?.textContent || "{}");
export const language = document.documentElement.lang;

/** @param {string} text @param {Record<string, any>} [values] */
export function t(text, values = {}) {
  return (texts[text] || text).replace(/\{(\w+)\}/g, (/** @type {string} */ whole, /** @type {string} */ name) => values[name] ?? whole);
}

/** @param {number | null | undefined} value */
export const number = (value, digits = 2) => (value == null ? "—" : value.toLocaleString(language, { maximumFractionDigits: digits }));
