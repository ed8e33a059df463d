// The ground that the public pages draw on: what is public of the city, in quiet colours.
import { groundLayers, groundSources } from "../base/ground.js";
import * as maplibregl from "../map/maplibre.js";

export { maplibregl };
const config = JSON.parse(document.getElementById("config").textContent);

const [west, south, east, north] = config.extent;
export const isInside = ({ lng, lat }) => lng >= west && lng <= east && lat >= south && lat <= north;

export function ground(view = {}) {
  const map = new maplibregl.Map({
    container: "map", center: [config.longitude, config.latitude], zoom: config.zoom, maxZoom: 20, attributionControl: false, ...view,
    style: {
      version: 8,
      sources: groundSources,
      layers: groundLayers,
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
  window.tujing = { map };
  map.once("load", () => { document.documentElement.dataset.ready = "map"; });
  return map;
}
