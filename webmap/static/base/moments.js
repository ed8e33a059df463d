// Days and hours are the city's, wherever the browser believes to be. The page says which zone
// that is (``<html data-time-zone>``).
export const cityZone = () => document.documentElement.dataset.timeZone || undefined;
/** @type {Intl.DateTimeFormatOptions} */
const DAY = { year: "numeric", month: "long", day: "numeric" };
/** @type {Intl.DateTimeFormatOptions} */
const HOUR = { hour: "2-digit", minute: "2-digit", hour12: false };
/** @type {Intl.DateTimeFormatOptions} */
export const STAMP = { month: "2-digit", day: "2-digit", ...HOUR };

/**
 * A moment as the city's clock shows it.
 * @param {string | number} moment
 * @param {string} language
 * @param {Intl.DateTimeFormatOptions} [form]
 * @param {string} [timeZone]
 */
export function clockTime(moment, language, form = STAMP, timeZone = cityZone()) {
  return new Date(moment).toLocaleString(language, { ...form, timeZone });
}

/**
 * A day ("2020-07-09") or a moment ("2024-06-22T20:00:00Z") in words.
 * @param {string} at
 * @param {string} language
 * @param {string} [timeZone]
 */
export function inWords(at, language, timeZone = cityZone()) {
  if (!at) return "";
  if (at.includes("T")) return clockTime(at, language, { ...DAY, ...HOUR }, timeZone);
  return new Date(`${at}T12:00:00Z`).toLocaleString(language, { ...DAY, timeZone: "UTC" });
}

/**
 * The city's day of a day or a moment.
 * @param {string} at
 * @param {string} [timeZone]
 */
export function dayOf(at, timeZone = cityZone()) {
  return at.includes("T") ? new Date(at).toLocaleDateString("sv", { timeZone }) : at;
}
