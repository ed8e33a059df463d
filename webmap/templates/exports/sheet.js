(function (map, box) {
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  // A mat over what strokes draw past the box, and the neat line on top of it.
  var mat = map.createPane("mat"), top = L.svg({ pane: "mat", padding: 1 });
  mat.style.zIndex = 450; mat.style.pointerEvents = "none";
  var inner = L.latLngBounds(box), outer = inner.pad(20);
  L.polygon([corners(outer), corners(inner)], { renderer: top, pane: "mat", stroke: false, fillColor: "#f7f4ec", fillOpacity: 1, interactive: false }).addTo(map);
  L.rectangle(box, { renderer: top, pane: "mat", fill: false, color: "#24303a", weight: 1.6, interactive: false }).addTo(map);
  var scale = document.getElementById("sheet-scale");
  function corners(b) { return [b.getSouthWest(), b.getNorthWest(), b.getNorthEast(), b.getSouthEast()]; }
  function fit() { map.invalidateSize(false); map.fitBounds(box, { animate: false, padding: [6, 6] }); }
  function tell() {
    var size = map.getSize(), y = size.y / 2;
    var metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y]));
    var ratio = metres / 100 / (0.0254 / 96), step = Math.pow(10, Math.floor(Math.log10(ratio)) - 1);
    scale.textContent = "1∶" + (Math.round(ratio / step) * step).toLocaleString("en-US");
  }
  function declutter() {
    var kept = [];
    map.getPane("tooltipPane").querySelectorAll(".sheet-label").forEach(function (label) {
      label.style.visibility = "";
      var a = label.getBoundingClientRect();
      var free = kept.every(function (b) { return a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top; });
      if (free) kept.push(a); else label.style.visibility = "hidden";
    });
  }
  map.on("zoomend moveend", tell);
  map.on("zoomend moveend layeradd layerremove", function () { window.requestAnimationFrame(declutter); });
  window.addEventListener("beforeprint", function () { map.invalidateSize(false); });
  // A legend longer than the sheet becomes smaller, and past that goes below the map.
  var side = document.querySelector(".sheet-side");
  function overflows() { return side.scrollHeight > side.clientHeight + 1; }
  for (var size = 1; overflows() && size > 0.76; ) { size -= 0.04; side.style.fontSize = size + "em"; }
  if (overflows()) { side.style.fontSize = ""; document.body.classList.add("long"); }
  fit(); tell(); declutter();
})
