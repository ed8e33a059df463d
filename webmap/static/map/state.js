// The view in the address: what one sends is what the other sees. Read and written here alone.
// #14.2/27.69340/111.66410/0/0&at=2020-05-01&on=roads,water&sel=parcels/4313…
// Also: cmp=1 (beside today), relief=0 (shading off), here=lon,lat (the point asked about),
// table=layer and rows={…} (the attribute table and what is chosen in it).

const DAY_OR_MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

export function readState(config) {
  const state = {
    centre: config.centre, zoom: config.zoom, pitch: config.pitch, bearing: config.bearing,
    at: "", on: new Set(config.layers), selected: "", point: null, relief: config.relief, compare: false,
    table: "", rows: "",
    isPlaced: false, // whether the address says where to look; else a record is flown to
  };
  const [view, ...rest] = location.hash.slice(1).split("&");
  const numbers = view.split("/").map(Number);
  if (numbers.length === 5 && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 85) {
    [state.zoom, , , state.bearing, state.pitch] = numbers;
    state.centre = [numbers[2], numbers[1]];
    state.isPlaced = true;
  }
  const given = new URLSearchParams(rest.join("&"));
  const at = given.get("at") || "";
  if (DAY_OR_MOMENT.test(at) && !Number.isNaN(Date.parse(at)) && at < config.today) state.at = at;
  state.compare = given.get("cmp") === "1";
  if (given.has("on")) state.on = new Set(given.get("on").split(",").filter(Boolean));
  if (given.has("relief")) state.relief = given.get("relief") === "1";
  [state.table, state.rows] = [given.get("table") || "", given.get("rows") || ""];
  const query = new URLSearchParams(location.search);
  state.selected = given.get("sel") || (query.get("sel") || "").replace(":", "/");
  const point = (given.get("here") || "").split(",").map(Number);
  const isOnEarth = point.length === 2 && Math.abs(point[0]) <= 180 && Math.abs(point[1]) <= 85;
  if (!state.selected && isOnEarth) state.point = point;
  return state;
}

// With `push` the record before stays one step back; else its entry is written over.
export function keepState({ map, state, config, address }, { push = false } = {}) {
  if (address.restoring) return;
  const parts = [];
  if (state.at) parts.push(`at=${encodeURIComponent(state.at)}`);
  if (state.at && state.compare) parts.push("cmp=1");
  parts.push(`on=${[...state.on].join(",")}`);
  if (state.relief !== config.relief) parts.push(`relief=${state.relief ? 1 : 0}`);
  if (state.selected) parts.push(`sel=${encodeURIComponent(state.selected)}`);
  if (state.point) parts.push(`here=${state.point.map((degrees) => degrees.toFixed(7)).join(",")}`);
  if (state.table) parts.push(`table=${encodeURIComponent(state.table)}`);
  if (state.table && state.rows) parts.push(`rows=${encodeURIComponent(state.rows)}`);
  const shown = parts.join("&");
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
