// What the app says: Chinese in the code, the chosen language from the page, which is kept with it.
import { clockTime } from "../base/moments.js";

const said = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;

export function t(text, values = {}) {
  return (said[text] || text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function escape(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export const clock = (text, form) => clockTime(text, language, form);
