// The view in the address: what one sends is what the other sees. Read and written here alone.
import { readAddress, writeShown } from "./address.js";

export const readState = (config) => readAddress(location.hash, location.search, config);

// With `push` the record before stays one step back; else its entry is written over.
export function keepState({ map, state, config, address }, { push = false } = {}) {
  if (address.restoring) return;
  const shown = writeShown(state, config.relief);
  const isNew = push && shown !== address.shown;
  const target = `${location.pathname}#${viewOf(map)}&${shown}`;
  const more = { closed: !document.body.classList.contains("open") };
  history[isNew ? "pushState" : "replaceState"](more, "", target);
  Object.assign(address, { shown, href: location.href });
}

// The same day and, near by, the same place at another entrance, unless that shows the whole county.
export function entranceAddress({ map, state, config }, path) {
  const at = state.at ? `&at=${encodeURIComponent(state.at)}` : "";
  const near = map.getZoom() >= 13 && !config.wide.includes(path);
  if (!near) return at ? `${path}#${at}` : path;
  const { lng, lat } = map.getCenter();
  return `${path}#${map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}/0/${config.pitches[path] ?? 0}${at}`;
}

// Back, forward, a pasted link, a bookmark: the map becomes what the address says.
export function wireAddress(app) {
  const { map, state, config, address } = app;
  function restore() {
    if (location.href === address.href) return;
    if (isAnchor()) { keepState(app); return; }
    address.href = location.href;
    address.shown = location.hash.slice(1).split("&").slice(1).join("&");
    address.restoring = true; // a flight that ends here must not write over this entry
    Object.assign(state, readState(config));
    map.jumpTo({ center: state.centre, zoom: state.zoom, bearing: state.bearing, pitch: state.pitch });
    address.restoring = false;
    document.dispatchEvent(new CustomEvent("tujing:restored", { detail: { fly: !state.isPlaced, closed: Boolean(history.state?.closed) } }));
    keepState(app); // in our own spelling, and without what could not be read
  }
  window.addEventListener("popstate", restore);
  window.addEventListener("hashchange", restore);
}

// A place within the page, not a view: "#panel", "#".
function isAnchor() {
  return location.href.includes("#") && !/[/=]/.test(location.hash);
}

function viewOf(map) {
  const { lng, lat } = map.getCenter();
  return [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5), map.getBearing().toFixed(0), map.getPitch().toFixed(0)].join("/");
}
