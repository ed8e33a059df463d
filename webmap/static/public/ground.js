// The ground that the public pages draw on: what is public of the city, in quiet colours.
import * as maplibregl from "../map/maplibre.js";

export { maplibregl };
const config = JSON.parse(document.getElementById("config").textContent);
const tiles = (id) => ({ type: "vector", tiles: [`${location.origin}/ogc/collections/${id}/tiles/WebMercatorQuad/{z}/{y}/{x}`], minzoom: 10, maxzoom: 18 });

const [west, south, east, north] = config.extent;
export const isInside = ({ lng, lat }) => lng >= west && lng <= east && lat >= south && lat <= north;

export function ground(view = {}) {
  const map = new maplibregl.Map({
    container: "map", center: [config.longitude, config.latitude], zoom: config.zoom, maxZoom: 20, attributionControl: false, ...view,
    style: {
      version: 8,
      sources: { water: tiles("water"), districts: tiles("districts"), roads: tiles("roads"), buildings: tiles("buildings") },
      layers: [
        { id: "paper", type: "background", paint: { "background-color": "#f6f3ea" } },
        { id: "water", type: "fill", source: "water", "source-layer": "water", paint: { "fill-color": "#d5e4ea" } },
        { id: "roads", type: "line", source: "roads", "source-layer": "roads", minzoom: 12, paint: { "line-color": "#d8cfb9", "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.8, 18, 10] } },
        { id: "buildings", type: "fill", source: "buildings", "source-layer": "buildings", minzoom: 14, paint: { "fill-color": "#e4dbc7", "fill-outline-color": "#cfc4aa" } },
        { id: "districts", type: "line", source: "districts", "source-layer": "districts", paint: { "line-color": "#b9ae97", "line-dasharray": [4, 3] } },
      ],
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
  window.tujing = { map };
  map.once("load", () => { document.documentElement.dataset.ready = "map"; });
  return map;
}
