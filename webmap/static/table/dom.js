// @ts-check
// Elements by name, attributes and content; texts never become markup.

/** @param {string} name @param {Record<string, any>} [attributes] @param {(Node | string)[]} content */
export function el(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, String(value));
  }
  element.append(...content);
  return element;
}

/** A list to choose from: [value, title] pairs. @param {[string, string][]} options @param {string} chosen */
export function select(options, chosen, attributes = {}) {
  return /** @type {HTMLSelectElement} */ (el("select", attributes, ...options.map(([value, title]) => el("option", { value, selected: value === chosen }, title))));
}
