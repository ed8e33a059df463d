// The quiet map below what a page draws of its own: its layers come with the page, from the
// declarations (`{% ground %}`).
const { sources, layers, tiles } = JSON.parse(document.getElementById("ground").textContent);
const absolute = (address) => location.origin + address;

// The address template of a layer's tiles.
export const tilesOf = (id) => absolute(tiles.replace("{layer}", id));

// A source of a layer's tiles.
export const sourceOf = (id, minzoom = 10) => ({ type: "vector", tiles: [tilesOf(id)], minzoom, maxzoom: 18 });

export const groundSources = Object.fromEntries(
  Object.entries(sources).map(([id, source]) => [id, { ...source, tiles: source.tiles.map(absolute) }]),
);
export const groundLayers = layers;
