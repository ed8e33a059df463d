// Click → record. What is under the pointer is asked of the tiles; the rest of the
// server, as HTML fragments.
import { ask, csrfToken } from "../base/session.js";
import { latestOnly } from "../base/latest.js";
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
  app.panelTurn = latestOnly();

  // Show a fragment; true if it is still the one that was wanted last when it came.
  app.load = (url) => {
    app.current = url;
    return fill(url + (at() ? (url.includes("?") ? "&" : "?") + at() : ""));
  };

  app.send = (url, values) => {
    app.current = "";
    return fill(url, { method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": csrfToken() } });
  };

  async function fill(address, options = {}) {
    const signal = app.panelTurn.begin();
    openPanel(true);
    body.setAttribute("aria-busy", "true");
    const fragment = await fetched(address, { ...options, signal });
    if (signal.aborted) return false;
    body.removeAttribute("aria-busy");
    body.innerHTML = fragment;
    window.htmx.process(body);
    const shape = body.querySelector(".ended") && document.getElementById("record-shape");
    outline(map, shape ? JSON.parse(shape.textContent) : null);
    return true;
  }

  // The fragment, or in its place why there is none.
  async function fetched(address, options) {
    try {
      const answer = await ask(address, { ...options, headers: { "HX-Request": "true", ...options.headers } });
      return worded(answer.status, await answer.text());
    } catch (problem) {
      return problem.fragment ?? worded(500, "");
    }
  }

  function worded(status, answer) {
    const fragment = status < 500 && answer.trim() && !answer.trimStart().toLowerCase().startsWith("<!doctype");
    return fragment ? answer : `<p class="error">${texts.failed}</p>`;
  }

  app.open = (key, { fly = false, push = true } = {}) => {
    Object.assign(state, { selected: key, point: null });
    const cut = key.indexOf("/");
    const [layer, code] = [key.slice(0, cut), key.slice(cut + 1)];
    mark(map, layer, code);
    app.keep({ push });
    const place = config.records[layer] ?? `/panel/${layer}/`;
    return app.load(place + encodeURIComponent(code)).then((isShown) => {
      if (isShown && fly) flyToRecord();
      return isShown;
    });
  };

  // Everything at a point, and the topmost of it marked: at once, or when its tiles are there.
  app.openHere = ([lon, lat], { push = true } = {}) => {
    const point = [lon, lat];
    Object.assign(state, { selected: "", point });
    const markTop = () => {
      const [top] = under(map, map.project(point), state.on);
      if (state.point === point) mark(map, top?.layer ?? "", top?.code ?? "");
    };
    markTop();
    if (!push) map.once("idle", markTop);
    app.keep({ push });
    return app.load(`/here?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`);
  };

  app.closePanel = ({ push = true } = {}) => {
    const had = Boolean(state.selected || state.point);
    app.panelTurn.end();
    body.removeAttribute("aria-busy");
    app.current = "";
    openPanel(false);
    forgetRecord();
    app.keep({ push: push && had });
  };

  function forgetRecord() {
    Object.assign(state, { selected: "", point: null });
    more.replaceChildren();
    mark(map, "", "");
    outline(map, null);
  }

  // The panel becomes what the state says.
  function showState({ fly = false, closed = false } = {}) {
    more.replaceChildren();
    if (state.selected) return app.open(state.selected, { fly, push: false });
    if (state.point) return app.openHere(state.point, { push: false });
    forgetRecord();
    if (!closed && config.fragment && window.innerWidth > 760) return app.load(config.fragment);
    return app.closePanel({ push: false });
  }

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
    others(config.picks_place ? [] : found.slice(1));
    if (config.picks_place) {
      app.openHere([lng, lat]);
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
    const loaded = event.target.closest("[data-load]");
    if (loaded) {
      event.preventDefault();
      more.replaceChildren();
      app.load(loaded.dataset.load);
    }
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
  // What htmx asks by itself (an export's state, a name in full) speaks only while it is shown.
  document.body.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
    if (elt.isConnected) body.innerHTML = worded(xhr.status, xhr.responseText);
  });
  document.body.addEventListener("htmx:sendError", ({ detail: { elt } }) => {
    if (elt.isConnected) body.innerHTML = worded(500, "");
  });
  document.getElementById("panel-close").addEventListener("click", () => app.closePanel());
  document.getElementById("tool-panel").addEventListener("click", () => {
    app.closePanel();
    app.load(config.fragment);
  });
  document.addEventListener("tujing:restored", ({ detail }) => showState(detail));

  map.once("load", () => {
    const isBare = !state.selected && !state.point && !(config.fragment && window.innerWidth > 760);
    if (!isBare) showState({ fly: !state.isPlaced });
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
    if (feature.layer.metadata?.backdrop) continue;
    if (feature.sourceLayer.endsWith(":label")) continue; // an area's name is not the area
    seen.add(key);
    found.push({ layer: feature.source, code: feature.properties.code, name: feature.properties.name });
    if (found.length >= most) break;
  }
  return found;
}
