// The map by WebGL: the region's own roads and places, no tiles, no fonts from anywhere.
import { layBackground } from "./background.js";
import { dangerFeatures, depotFeatures, extent, roadFeatures, sheltersSince, zoneFeatures } from "./features.js";
import { h } from "./dom.js";
import { say } from "./say.js";
import { Slices } from "./slices.js";
import { picture } from "./store.js";
import { currentLanguage, t } from "./texts.js";

const REST_MS = 10000; // waiting for the map to have drawn is given up after so long
const AT_ONCE = 500; // features that are handed to the worker of the map in one go

const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const colours = () =>
  dark()
    ? {
        paper: "#12181e",
        ground: "#1d2a22",
        water: "#16324a",
        house: "#2a333c",
        street: "#333f4a",
        road: "#52616e",
        load: "#7cc4e4",
        ink: "#e8eef3",
        halo: "#12181e",
        good: "#4fae7b",
        ask: "#f0b35c",
        bad: "#ff7b7b",
        off: "#7d8a95",
        none: "#12181e",
        depot: "#e8eef3",
      }
    : {
        paper: "#f4f6f8",
        ground: "#dfe9dc",
        water: "#c3dcec",
        house: "#e0dcd6",
        street: "#dfe4e8",
        road: "#b4bec7",
        load: "#0b4f6c",
        ink: "#16202a",
        halo: "#ffffff",
        good: "#1c7a48",
        ask: "#b86a00",
        bad: "#b3161d",
        off: "#7b8791",
        none: "#ffffff",
        depot: "#16202a",
      };

const byGrade = (c) => ["match", ["get", "grade"], "good", c.good, "ask", c.ask, "bad", c.bad, "off", c.off, c.none];

function style() {
  const c = colours();
  const empty = () => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
  return {
    version: 8,
    sources: {
      roads: empty(),
      zones: empty(),
      danger: empty(),
      shelters: { ...empty(), promoteId: "id" },
      depots: empty(),
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": c.paper } },
      {
        id: "roads",
        type: "line",
        source: "roads",
        layout: { "line-cap": "round" },
        paint: { "line-color": c.road, "line-width": 2 },
      },
      {
        id: "loads",
        type: "line",
        source: "roads",
        filter: [">", ["get", "load"], 0],
        paint: { "line-color": c.load, "line-opacity": 0.8, "line-width": ["+", 2, ["*", 9, ["get", "load"]]] },
      },
      {
        id: "closing",
        type: "line",
        source: "roads",
        filter: ["==", ["get", "closing"], 1],
        paint: { "line-color": c.ask, "line-width": 4, "line-dasharray": [3, 1.5] },
      },
      {
        id: "closed",
        type: "line",
        source: "roads",
        filter: ["==", ["get", "closed"], 1],
        paint: { "line-color": c.bad, "line-width": 4, "line-dasharray": [1, 1] },
      },
      {
        id: "danger",
        type: "circle",
        source: "danger",
        paint: { "circle-radius": 24, "circle-color": c.bad, "circle-opacity": 0.13 },
      },
      {
        id: "zones",
        type: "circle",
        source: "zones",
        paint: {
          "circle-radius": ["case", ["==", ["get", "hit"], 1], ["+", 4, ["*", 0.18, ["get", "size"]]], 3],
          "circle-color": c.ask,
          "circle-opacity": ["case", ["==", ["get", "hit"], 1], 0.6, 0],
          "circle-stroke-color": ["case", ["==", ["get", "hit"], 1], c.ask, c.off],
          "circle-stroke-width": ["case", ["all", ["==", ["get", "hit"], 1], ["<=", ["get", "remaining"], 0]], 0, 1],
        },
      },
      {
        id: "depots",
        type: "circle",
        source: "depots",
        paint: { "circle-radius": 6, "circle-color": c.none, "circle-stroke-color": c.depot, "circle-stroke-width": 3 },
      },
      {
        id: "shelters",
        type: "circle",
        source: "shelters",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["get", "size"], 7, 5, 70, 15],
          "circle-color": byGrade(c),
          "circle-opacity": ["case", ["==", ["get", "stale"], 1], 0.35, 1],
          "circle-stroke-color": c.ink,
          "circle-stroke-width": ["case", ["==", ["get", "stale"], 1], 3, 1.5],
        },
      },
      {
        id: "names",
        type: "symbol",
        source: "shelters",
        minzoom: 10,
        layout: {
          "text-field": ["get", "name"],
          "text-size": 12,
          "text-offset": [0, 1.3],
          "text-anchor": "top",
          "text-optional": true,
          "symbol-sort-key": ["get", "rank"],
        },
        paint: { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 1.5 },
      },
    ],
  };
}

/** Whether this browser draws with WebGL 2. */
export function hasWebGl() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

/**
 * @typedef {{ hits: () => import("./hazards.js").Hits | null, closing: () => Map<string, number> }} Ahead what hazards hit at the moment that is shown (null: now), and which roads close after it
 * @param {HTMLElement} into @param {(kind: string, id: string) => void} onPick @param {Ahead} ahead
 */
export async function openMap(into, onPick, ahead) {
  const library = await import(/** @type {any} */ ("/lib/maplibre-gl.mjs"));
  if (library.setWorkerUrl) library.setWorkerUrl("/lib/maplibre-gl-worker.mjs");
  const box = h("div", { class: "mapbox" });
  into.append(box);
  const bounds = extent();
  const map = new library.Map({
    container: box,
    style: style(),
    attributionControl: false,
    bounds: bounds || undefined,
    fitBoundsOptions: { padding: 48 },
    localIdeographFontFamily: '"Noto Sans CJK SC", "Noto Sans SC", sans-serif',
    fadeDuration: 0,
  });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.getCanvas().setAttribute("aria-label", t("map.label"));

  let shown = 0,
    language = currentLanguage();

  // Of shelters only those that are new: drawing 50,000 anew would hold the page up.
  async function refreshShelters() {
    const source = map.getSource("shelters"),
      slices = new Slices();
    if (!source) return;
    if (language !== currentLanguage()) shown = 0;
    language = currentLanguage();
    const upTo = picture.changes,
      features = await sheltersSince(shown);
    if (shown === 0) source.updateData({ removeAll: true });
    for (let at = 0; at < features.length; at += AT_ONCE) {
      source.updateData({ add: features.slice(at, at + AT_ONCE) });
      await slices.pause();
    }
    shown = upTo;
  }

  const small = {
    roads: () => roadFeatures(ahead.hits(), ahead.closing()),
    zones: () => zoneFeatures(ahead.hits()),
    danger: () => dangerFeatures(ahead.hits()),
    depots: depotFeatures,
  };
  /** @type {Record<string, string>} */
  const stood = {};
  const refresh = async () => {
    for (const [name, make] of Object.entries(small)) {
      const source = map.getSource(name),
        made = make(),
        stands = JSON.stringify(made);
      if (source && stood[name] !== stands) source.setData(made);
      stood[name] = stands;
    }
    await refreshShelters();
    await rest();
  };

  /** Until all is drawn: what comes meanwhile is drawn together afterwards. */
  const rest = () =>
    new Promise((resolve) => {
      map.once("idle", resolve);
      map.once("remove", resolve);
      setTimeout(resolve, REST_MS);
    });
  await new Promise((resolve) => map.once("load", resolve));
  await refresh();
  const laid = await layBackground(library, map, colours()).catch(say); // without it the map is what it was
  if (laid) await rest();
  box.dataset.background = String(laid === true);
  box.dataset.drawn = "true";
  for (const layer of ["shelters", "depots", "zones", "danger", "closed", "closing", "roads"]) {
    map.on("click", layer, (event) => {
      if (event.originalEvent.taken) return;
      event.originalEvent.taken = true;
      const { kind, id } = event.features[0].properties;
      onPick(kind, id);
    });
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
  return { refresh, close: () => map.remove() };
}
