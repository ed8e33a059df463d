// The layer tree: a tick shows a layer, and every style layer drawn from it.

export function wireLayers(app) {
  const { map, state } = app;
  const boxes = [...document.querySelectorAll("input[name=layer]")];
  for (const box of boxes) {
    box.addEventListener("change", () => {
      state.on[box.checked ? "add" : "delete"](box.value);
      show(map, box.value, box.checked);
      app.keep();
    });
  }
  const relief = document.querySelector("input[name=relief]");
  relief?.addEventListener("change", () => {
    state.relief = relief.checked;
    reflect();
    app.keep();
  });

  // Ticks and layers as the state has them.
  function reflect() {
    for (const box of boxes) {
      box.checked = state.on.has(box.value);
      show(map, box.value, box.checked);
    }
    if (relief) relief.checked = state.relief;
    if (map.getLayer("relief")) map.setLayoutProperty("relief", "visibility", state.relief ? "visible" : "none");
  }
  reflect();
  map.once("load", reflect);
  document.addEventListener("tujing:restored", reflect);
  const fold = document.getElementById("layers-fold");
  const list = document.getElementById("layers-list");
  const unfold = (open) => { list.hidden = !open; fold.setAttribute("aria-expanded", open); };
  fold.addEventListener("click", () => unfold(list.hidden));
  unfold(window.innerWidth > 760);
}

function show(map, source, visible) {
  for (const layer of map.getStyle()?.layers ?? []) {
    if (layer.source === source && !layer.id.startsWith("selected")) {
      map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
    }
  }
}
