// The layers on the map as the state has them: which are shown, in which order, how strongly, and what they
// are narrowed to. A tick shows a layer, and every style layer drawn from it.
import { filterOf, nothing } from "../table/query.js";
import { getJson } from "../table/source.js";
import { wireOutside } from "./outside.js";
import { completed, drawnOrder, faded, isOwn, sequence, tileQuery } from "./stack.js";

const STRENGTHS = {
  fill: ["fill-opacity"], line: ["line-opacity"], "fill-extrusion": ["fill-extrusion-opacity"], raster: ["raster-opacity"],
  circle: ["circle-opacity", "circle-stroke-opacity"], symbol: ["text-opacity"],
};

export function wireLayers(app) {
  const { map, state } = app;
  const boxes = [...document.querySelectorAll("input[name=layer]")];
  const known = boxes.map(({ value }) => value);
  const relief = document.querySelector("input[name=relief]");
  const columns = new Map(); // layer → its columns as the table has them
  const painted = new Map(); // "style layer/property" → its value at full strength
  let usual = [];
  for (const box of boxes) {
    box.addEventListener("change", () => {
      state.on[box.checked ? "add" : "delete"](box.value);
      changed();
    });
  }
  relief?.addEventListener("change", () => { state.relief = relief.checked; changed(); });

  const changed = () => { reflect(); app.keep(); };
  const below = wireOutside(app, () => changed());
  app.layersChanged = changed;
  app.isOurs = (/** @type {string} */ id) => known.includes(id) && !below.ids.includes(id); // with features of ours
  app.order = () => completed(state.order, usual);
  app.usualOrder = () => usual;
  app.hasTable = (id) => Boolean(document.querySelector(`[data-open-table="${CSS.escape(id)}"]`));
  app.titleOf = (id) => boxes.find(({ value }) => value === id)?.closest("label")?.querySelector("span")?.textContent ?? id;

  /** The columns of a layer, asked for once. */
  app.columnsOf = async (id) => {
    if (!columns.has(id)) columns.set(id, (await getJson(`/table/${encodeURIComponent(id)}/columns`)).columns);
    return columns.get(id);
  };

  /** What a layer is narrowed to, as CQL2; null: to nothing, or its columns are not known yet. */
  app.filterOf = (id, only = state.only) => (only[id] && columns.has(id) ? filterOf({ ...nothing(), conditions: only[id] }, columns.get(id)) : null);

  app.turnTiles = () => {
    for (const [id, source] of Object.entries(map.getStyle()?.sources ?? {})) {
      if (source.type !== "vector") continue;
      const query = tileQuery(state.at, app.filterOf(id));
      const tiles = source.tiles.map((url) => url.split("?")[0] + query);
      if (tiles.join() !== source.tiles.join()) turn(id, tiles);
    }
  };

  // Tiles that are on their way by the old address are kept by the map: once all is there, they are asked for again.
  function turn(id, tiles) {
    const isComing = !map.isSourceLoaded(id);
    map.getSource(id).setTiles(tiles);
    if (isComing) map.once("idle", () => { if (map.getSource(id)?.tiles.join() === tiles.join()) map.getSource(id).setTiles(tiles); });
  }

  // Ticks and layers as the state has them.
  function reflect() {
    for (const box of boxes) {
      box.checked = state.on.has(box.value);
      box.closest(".layer").style.setProperty("--strength", (state.opacity[box.value] ?? 100) / 100);
      box.closest(".layer").classList.toggle("narrowed", Boolean(state.only[box.value]));
    }
    if (relief) relief.checked = state.relief;
    let layers = map.getStyle()?.layers ?? [];
    below.reflect();
    if (layers.length) {
      below.add();
      layers = map.getStyle().layers;
      if (!usual.length) usual = drawnOrder(layers, known);
      arrange(map, layers, app.order());
      for (const layer of layers) if (isOwn(layer) && known.includes(layer.source)) show(layer);
      if (map.getLayer("relief")) map.setLayoutProperty("relief", "visibility", state.relief ? "visible" : "none");
    }
    document.dispatchEvent(new CustomEvent("tujing:layers"));
  }

  function show(layer) {
    const isShown = state.on.has(layer.source) && (!state.base || !(layer.metadata?.ground && layer.type === "fill"));
    map.setLayoutProperty(layer.id, "visibility", isShown ? "visible" : "none");
    const share = (state.opacity[layer.source] ?? 100) / 100;
    for (const name of STRENGTHS[layer.type] ?? []) {
      const key = `${layer.id}/${name}`;
      if (!painted.has(key)) {
        if (share === 1) continue;
        painted.set(key, map.getPaintProperty(layer.id, name));
      }
      map.setPaintProperty(layer.id, name, faded(painted.get(key), share));
    }
  }

  // Columns first: without their kinds a condition is no filter. A layer that is no more is left as it is.
  async function narrow() {
    const missing = Object.keys(state.only).filter((id) => known.includes(id) && !columns.has(id));
    if (missing.length) await Promise.allSettled(missing.map(app.columnsOf));
    app.turnTiles();
  }
  app.narrow = narrow;

  reflect();
  map.once("load", () => { reflect(); narrow(); });
  document.addEventListener("tujing:restored", () => { reflect(); narrow(); });
  const fold = document.getElementById("layers-fold");
  const list = document.getElementById("layers-list");
  const unfold = (open) => { list.hidden = !open; fold.setAttribute("aria-expanded", open); };
  fold.addEventListener("click", () => unfold(list.hidden));
  unfold(window.innerWidth > 760);
}

// From the top down, each below the one before; what stands rightly is not touched.
function arrange(map, layers, order) {
  const wanted = sequence(layers, order);
  if (wanted.join() === layers.map(({ id }) => id).join()) return;
  wanted.reverse().forEach((id, at) => map.moveLayer(id, at ? wanted[at - 1] : undefined));
}
