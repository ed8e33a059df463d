// The view in the address: what one sends is what the other sees.
// #14.2/27.69340/111.66410/0/0&at=2020-05-01&on=roads,water&sel=parcels/4313…

export function readState(config) {
  const state = {
    centre: config.centre, zoom: config.zoom, pitch: config.pitch, bearing: config.bearing,
    at: "", on: new Set(config.layers), selected: "", relief: null, compare: false,
  };
  const [view, ...rest] = location.hash.slice(1).split("&");
  const numbers = view.split("/").map(Number);
  if (numbers.length === 5 && numbers.every(Number.isFinite)) {
    [state.zoom, , , state.bearing, state.pitch] = numbers;
    state.centre = [numbers[2], numbers[1]];
  }
  const given = new URLSearchParams(rest.join("&"));
  if (/^\d{4}-\d{2}-\d{2}/.test(given.get("at") || "")) state.at = given.get("at");
  state.compare = given.get("cmp") === "1";
  if (given.has("on")) state.on = new Set(given.get("on").split(",").filter(Boolean));
  const query = new URLSearchParams(location.search);
  state.selected = given.get("sel") || (query.get("sel") || "").replace(":", "/");
  return state;
}

export function keepState({ map, state }) {
  const { lng, lat } = map.getCenter();
  const view = [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5), map.getBearing().toFixed(0), map.getPitch().toFixed(0)];
  const parts = [view.join("/")];
  if (state.at) parts.push(`at=${encodeURIComponent(state.at)}`);
  if (state.at && state.compare) parts.push("cmp=1");
  parts.push(`on=${[...state.on].join(",")}`);
  if (state.selected) parts.push(`sel=${encodeURIComponent(state.selected)}`);
  history.replaceState(null, "", `${location.pathname}#${parts.join("&")}`);
}
