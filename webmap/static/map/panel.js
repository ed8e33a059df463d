// Click → record. What is under the pointer is asked of the tiles; the rest of the
// server, as HTML fragments.
import { wireFragments } from "../base/fragments.js";
import { ask, csrfToken } from "../base/session.js";
import { latestOnly } from "../base/latest.js";
import { mark, outline, walkTable } from "./selection.js";

export function wirePanel(app) {
  const { map, config, state, texts } = app;
  const body = document.getElementById("panel-body");
  const more = document.getElementById("panel-more");
  const openPanel = (open, { peek = false } = {}) => {
    document.body.classList.toggle("open", open);
    document.body.classList.toggle("peek", open && peek && isNarrow());
    map.easeTo({ padding: covered(), duration: 200 });
  };
  const isNarrow = () => window.innerWidth <= 760;

  // How much of the map lies below what stands over it.
  function covered() {
    const isOpen = document.body.classList.contains("open"), isPeek = document.body.classList.contains("peek");
    const unfolded = !isNarrow() && !document.getElementById("layers-list").hidden;
    return {
      left: isOpen && unfolded ? document.getElementById("layers").offsetWidth + 14 : 0,
      right: isOpen && !isNarrow() ? document.getElementById("panel").offsetWidth + 14 : 0,
      bottom: isOpen && isNarrow() ? window.innerHeight * (isPeek ? 0.2 : 0.45) : 0,
    };
  }

  // Show a box of degrees beside what stands over the map.
  app.fit = ([west, south, east, north], options = {}) => {
    map.jumpTo({ padding: covered() });
    map.fitBounds([[west, south], [east, north]], { padding: 24, maxZoom: 18, duration: 700, ...options });
  };

  const at = () => (state.at ? `at=${encodeURIComponent(state.at)}` : "");
  app.panelTurn = latestOnly();

  // Show a fragment; true if it is still the one that was wanted last when it came.
  app.load = (url, how) => {
    app.current = url;
    return fill(url + (at() ? (url.includes("?") ? "&" : "?") + at() : ""), {}, how);
  };

  // Something made here in the place of a fragment.
  app.put = (element) => {
    app.panelTurn.end();
    app.current = "";
    body.removeAttribute("aria-busy");
    more.replaceChildren();
    body.replaceChildren(element);
    openPanel(true);
  };

  app.send = (url, values) => {
    app.current = "";
    return fill(url, { method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": csrfToken() } });
  };

  async function fill(address, options = {}, how = {}) {
    const signal = app.panelTurn.begin();
    openPanel(true, how);
    body.setAttribute("aria-busy", "true");
    const fragment = await fetched(address, { ...options, signal });
    if (signal.aborted) return false;
    body.removeAttribute("aria-busy");
    body.innerHTML = fragment;
    const shape = body.querySelector(".ended") && document.getElementById("record-shape");
    outline(map, shape ? JSON.parse(shape.textContent) : null);
    return true;
  }

  // The fragment, or in its place why there is none.
  async function fetched(address, options) {
    try {
      const answer = await ask(address, { ...options, headers: { "X-Requested-With": "fragment", ...options.headers } });
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

  // On a phone the panel would cover the map; what the duty officer must know stands there at once.
  const opensByItself = config.fragment && (!isNarrow() || config.whole);

  // The panel becomes what the state says.
  function showState({ fly = false, closed = false } = {}) {
    more.replaceChildren();
    if (state.selected) return app.open(state.selected, { fly, push: false });
    if (state.point) return app.openHere(state.point, { push: false });
    forgetRecord();
    if (!closed && opensByItself) return app.load(config.fragment, { peek: true });
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
    app.fit(box, { padding: Math.min(80, window.innerWidth / 8) });
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
    if (link.dataset.bounds) app.fit(link.dataset.bounds.split(",").map(Number));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !app.drawing) app.closePanel();
    if (event.key === "Enter" && event.target.matches?.("[data-open]:not(a, button), [data-at]:not(a, button)")) event.target.click();
    walkTable(event);
  });
  document.addEventListener("tujing:time", () => { if (app.current && document.body.classList.contains("open")) app.load(app.current); });
  // What a part of the panel asks for itself: an export's state, a name in full.
  wireFragments(body, (status, text) => { body.innerHTML = worded(status || 500, text); });
  document.getElementById("panel").addEventListener("click", (event) => {
    if (document.body.classList.contains("peek") && !event.target.closest("#panel-close")) openPanel(true);
  });
  document.getElementById("panel-close").addEventListener("click", () => app.closePanel());
  document.getElementById("tool-panel").addEventListener("click", () => {
    app.closePanel();
    app.load(config.fragment);
  });
  document.addEventListener("tujing:restored", ({ detail }) => showState(detail));

  map.once("load", () => {
    if (config.whole && opensByItself && !state.isPlaced && !state.selected) { // beside the panel that comes
      openPanel(true, { peek: true });
      app.fit(config.bounds, { duration: 0 });
    }
    const isBare = !state.selected && !state.point && !opensByItself;
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
