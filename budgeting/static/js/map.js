/* Puts a Leaflet map into every element with data-map or data-geojson. A page writes:

     {% block styles %}<link rel="stylesheet" href="{% static 'css/map.css' %}">{% endblock %}
     {% block scripts %}{% include "components/map_scripts.html" %}{% endblock %}

     <div class="map" role="region" aria-label="…" data-map="places" data-tiles="{{ map_tiles }}"></div>
     {{ features|json_script:"places" }}

   or, where there may be many, data-geojson="address" in place of data-map, and no json_script.
   `features` is a GeoJSON FeatureCollection. A Polygon is a boundary; a Point is a place. Their properties may be
   `name` (shown), `url` (where the name leads) and `label` (a few characters on the pin, such as the number).

   To pick a place, add the ids of two inputs: data-latitude="id_latitude" data-longitude="id_longitude". A press on
   the map writes the inputs, typing in the inputs moves the pin. Without JavaScript the element is not shown: the
   list or the inputs beside it say the same. */

"use strict";

(() => {
  const named = (feature) => {
    const element = document.createElement(feature.properties.url ? "a" : "span");
    element.textContent = feature.properties.name;
    if (feature.properties.url) element.href = feature.properties.url;
    return element;
  };

  const pin = (place, label, options) => {
    const face = document.createElement("span");
    face.textContent = label ?? "";
    const icon = L.divIcon({ className: "map-pin", html: face, iconSize: [32, 32], iconAnchor: [16, 38], popupAnchor: [0, -34] });
    return L.marker(place, { keyboard: false, icon, ...options });
  };

  const draw = (map, collection, picks) =>
    L.geoJSON(collection, {
      interactive: !picks,
      style: { className: "map-district" },
      pointToLayer: (feature, place) => pin(place, feature.properties.label),
      onEachFeature: (feature, layer) => {
        if (feature.properties?.name && !picks) layer.bindPopup(() => named(feature));
      },
    }).addTo(map);

  const pick = (map, element) => {
    const inputs = [element.dataset.latitude, element.dataset.longitude].map((id) => document.getElementById(id));
    let mark = null;
    const write = (place) => {
      inputs[0].value = place.lat.toFixed(5);
      inputs[1].value = place.lng.toFixed(5);
      inputs.forEach((input) => input.dispatchEvent(new Event("change", { bubbles: true })));
    };
    const show = () => {
      const place = inputs.map((input) => (input.value.trim() ? Number(input.value.replace(",", ".")) : NaN));
      if (place.some(Number.isNaN)) return;
      mark ??= pin(place, "", { draggable: true }).addTo(map).on("dragend", () => write(mark.getLatLng()));
      mark.setLatLng(place);
    };
    inputs.forEach((input) => input.addEventListener("change", show));
    map.on("click", (event) => write(event.latlng));
    show();
  };

  const features = async (element) => {
    if (element.dataset.geojson) return (await fetch(element.dataset.geojson)).json();
    return JSON.parse(document.getElementById(element.dataset.map)?.textContent ?? "null");
  };

  const start = async (element) => {
    if (element.classList.contains("leaflet-container")) return;
    const picks = Boolean(element.dataset.latitude);
    const map = L.map(element, { scrollWheelZoom: false, maxZoom: 19, zoomSnap: 0.25 });
    map.attributionControl.setPrefix(false);
    if (element.dataset.tiles) L.tileLayer(element.dataset.tiles, { attribution: element.dataset.attribution }).addTo(map);
    const collection = await features(element);
    const bounds = collection && draw(map, collection, picks).getBounds();
    if (bounds?.isValid()) map.fitBounds(bounds, { padding: [16, 16], maxZoom: 16 });
    else map.fitWorld();
    if (picks) pick(map, element);
  };

  const startAll = (root) => root.querySelectorAll("[data-map], [data-geojson]").forEach(start);
  startAll(document);
  document.addEventListener("htmx:load", (event) => startAll(event.detail.elt));
})();
