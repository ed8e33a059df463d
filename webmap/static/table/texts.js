// @ts-check
// What the table says: Chinese in the code, the page's language from the page.
export const language = document.documentElement.lang;

/**
 * The texts of a part of the page, from the element of that id.
 * @param {string} id
 * @returns {(text: string, values?: Record<string, any>) => string}
 */
export function textsOf(id) {
  const texts = JSON.parse(document.getElementById(id)?.textContent || "{}");
  return (text, values = {}) => (texts[text] || text).replace(/\{(\w+)\}/g, (/** @type {string} */ whole, /** @type {string} */ name) => values[name] ?? whole);
}
export const t = textsOf("table-texts");

/** @param {number | null | undefined} value */
export const number = (value, digits = 2) => (value == null ? "—" : value.toLocaleString(language, { maximumFractionDigits: digits }));
