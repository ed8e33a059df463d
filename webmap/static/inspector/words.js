// What the app says: Chinese in the code, the chosen language from the page, which is kept with it.
const said = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;

export function t(text, values = {}) {
  return (said[text] || text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function escape(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export function clock(text, form = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }) {
  return new Date(text).toLocaleString(language, form);
}
