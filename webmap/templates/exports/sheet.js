(function (map, box) {
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  L.rectangle(box, { fill: false, color: "#24303a", weight: 1.6, interactive: false }).addTo(map);
  var scale = document.getElementById("sheet-scale");
  function fit() { map.invalidateSize(false); map.fitBounds(box, { animate: false, padding: [6, 6] }); }
  function tell() {
    var size = map.getSize(), y = size.y / 2;
    var metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y]));
    var ratio = metres / 100 / (0.0254 / 96), step = Math.pow(10, Math.floor(Math.log10(ratio)) - 1);
    scale.textContent = "1∶" + (Math.round(ratio / step) * step).toLocaleString("en-US");
  }
  map.on("zoomend moveend", tell);
  window.addEventListener("beforeprint", function () { map.invalidateSize(false); });
  fit(); tell();
})
