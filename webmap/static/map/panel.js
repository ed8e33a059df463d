// Click → record. What is under the pointer is asked of the tiles; the rest of the
// server, as HTML fragments.
import { mark, outline, walkTable } from "./selection.js";

export function wirePanel(app) {
  const { map, config, state, texts } = app;
  const body = document.getElementById("panel-body");
  const more = document.getElementById("panel-more");
  const openPanel = (open) => {
    document.body.classList.toggle("open", open);
    const wide = window.innerWidth > 760;
    const unfolded = wide && !document.getElementById("layers-list").hidden;
    map.easeTo({ padding: {
      left: open && unfolded ? document.getElementById("layers").offsetWidth + 14 : 0,
      right: open && wide ? document.getElementById("panel").offsetWidth + 14 : 0,
      bottom: open && !wide ? window.innerHeight * 0.45 : 0,
    }, duration: 200 });
  };
  const at = () => (state.at ? `at=${encodeURIComponent(state.at)}` : "");

  app.load = (url) => {
    openPanel(true);
    app.current = url;
    const address = url + (at() ? (url.includes("?") ? "&" : "?") + at() : "");
    return window.htmx.ajax("GET", address, { source: "#panel-body", target: "#panel-body", swap: "innerHTML" }).then(() => {
      const shape = body.querySelector(".ended") && document.getElementById("record-shape");
      outline(map, shape ? JSON.parse(shape.textContent) : null);
    });
  };

  app.open = (key, { fly = false } = {}) => {
    state.selected = key;
    const cut = key.indexOf("/");
    const [layer, code] = [key.slice(0, cut), key.slice(cut + 1)];
    mark(map, layer, code);
    app.keep();
    const wantsTable = config.entrance === "housing" && layer === "buildings";
    const path = wantsTable ? `/units/${encodeURIComponent(code)}` : `/panel/${layer}/${encodeURIComponent(code)}`;
    return app.load(path).then(() => { if (fly) flyToRecord(); });
  };

  app.closePanel = () => {
    openPanel(false);
    state.selected = "";
    more.replaceChildren();
    mark(map, "", "");
    outline(map, null);
    app.keep();
  };

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      app.say(texts.copied_code);
    } catch {
      window.prompt("", text); // no clipboard over plain http on some browsers
    }
  }

  function flyToRecord() {
    const box = body.querySelector("[data-bbox]")?.dataset.bbox?.split(",").map(Number);
    if (!box || box.length !== 4 || !box.every(Number.isFinite)) return;
    const padding = Math.min(80, window.innerWidth / 8);
    map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding, maxZoom: 18, duration: 700 });
  }

  app.pick = (point, { lng, lat }) => {
    const found = under(map, point, state.on);
    others(config.entrance === "planning" ? [] : found.slice(1));
    if (config.entrance === "planning") {
      state.selected = "";
      mark(map, found[0]?.layer ?? "", found[0]?.code ?? "");
      app.load(`/here?lon=${lng.toFixed(7)}&lat=${lat.toFixed(7)}`);
    } else if (found.length) {
      app.open(`${found[0].layer}/${found[0].code}`);
    } else {
      app.closePanel();
    }
  };
  map.on("click", (event) => { if (!app.drawing) app.pick(event.point, event.lngLat); });
  let looking = 0;
  map.on("mousemove", ({ point }) => {
    clearTimeout(looking); // asking at every pixel would make the map stutter
    looking = setTimeout(() => {
      if (app.drawing) return;
      map.getCanvas().style.cursor = under(map, point, state.on, 1).length ? "pointer" : "";
    }, 60);
  });

  function others(rest) {
    more.replaceChildren();
    if (!rest.length) return;
    more.append(`${texts.others} `);
    for (const item of rest.slice(0, 6)) {
      const button = document.createElement("button");
      button.textContent = `${app.titles[item.layer] ?? item.layer} ${item.name || item.code.slice(-6)}`;
      button.dataset.open = `${item.layer}/${item.code}`;
      more.append(button);
    }
  }

  app.titles = Object.fromEntries(
    [...document.querySelectorAll(".layer label")].map((label) => [
      label.querySelector("input").value, label.textContent.trim(),
    ]),
  );

  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied) copy(copied.dataset.copy);
    if (event.target.closest("[data-fly]")) flyToRecord();
    const link = event.target.closest("[data-open], [data-at]");
    if (!link) return;
    event.preventDefault();
    if (link.dataset.open) app.open(link.dataset.open, { fly: true });
    else app.turnTo(link.dataset.at);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !app.drawing) app.closePanel();
    if (event.key === "Enter" && event.target.matches?.("[data-open]:not(a, button), [data-at]:not(a, button)")) event.target.click();
    walkTable(event);
  });
  document.addEventListener("tujing:time", () => { if (app.current && document.body.classList.contains("open")) app.load(app.current); });
  document.body.addEventListener("htmx:responseError", ({ detail }) => {
    const answer = detail.xhr.responseText;
    const fragment = detail.xhr.status < 500 && !answer.trimStart().toLowerCase().startsWith("<!doctype");
    body.innerHTML = fragment && answer.trim() ? answer : `<p class="error">${texts.failed}</p>`;
  });
  document.body.addEventListener("htmx:sendError", () => { body.innerHTML = `<p class="error">${texts.failed}</p>`; });
  document.getElementById("panel-close").addEventListener("click", app.closePanel);
  document.getElementById("tool-panel").addEventListener("click", () => {
    app.closePanel();
    app.load(config.fragment);
  });

  map.once("load", () => {
    if (state.selected) app.open(state.selected, { fly: !location.hash });
    else if (config.fragment && window.innerWidth > 760) app.load(config.fragment);
    else if (window.innerWidth > 1200) openPanel(true);
  });
}

// The features of shown layers at a pixel, topmost first, each once.
function under(map, point, on, most = 12) {
  const box = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]];
  const seen = new Set();
  const found = [];
  for (const feature of map.queryRenderedFeatures(box)) {
    const key = `${feature.source}/${feature.properties.code}`;
    if (!on.has(feature.source) || !feature.properties.code || seen.has(key)) continue;
    if (feature.source === "districts" || feature.source === "landcover") continue;
    if (feature.sourceLayer.endsWith(":label")) continue; // an area's name is not the area
    seen.add(key);
    found.push({ layer: feature.source, code: feature.properties.code, name: feature.properties.name });
    if (found.length >= most) break;
  }
  return found;
}
