// The background of the map, where the user has one: a PMTiles file, read piece by piece from the coordinator alone.
import { url } from "./api.js";

const MAGIC_BYTES = 7; // "PMTiles"
const VECTOR = 1,
  RASTER = [2, 3, 4, 5]; // kinds of tiles: PNG, JPEG, WebP, AVIF
const SCHEME = "pmtiles";

/** Ground, water, roads and houses by what the schemas of Protomaps, OpenMapTiles and Shortbread call them. @param {Record<string, string>} c colours */
const LOOKS = (c) => [
  {
    of: ["landuse", "landcover", "park", "land"],
    type: "fill",
    paint: { "fill-color": c.ground, "fill-opacity": 0.5 },
  },
  { of: ["water", "ocean", "water_polygons"], type: "fill", paint: { "fill-color": c.water } },
  { of: ["waterway", "water_lines"], type: "line", paint: { "line-color": c.water, "line-width": 1.5 } },
  { of: ["buildings", "building"], type: "fill", paint: { "fill-color": c.house, "fill-opacity": 0.6 } },
  { of: ["roads", "transportation", "streets"], type: "line", paint: { "line-color": c.street, "line-width": 1 } },
  { of: ["boundaries", "boundary"], type: "line", paint: { "line-color": c.street, "line-dasharray": [3, 2] } },
];

/** Whether the coordinator has one: asked for as a piece, so that an absence is no error. */
async function isThere() {
  const answer = await fetch(url("/background"), {
    credentials: "same-origin",
    headers: { Range: `bytes=0-${MAGIC_BYTES - 1}` },
  });
  return answer.status === 206 && (await answer.text()) === "PMTiles";
}

/**
 * Lays the background under everything that the map shows; false where there is none.
 * @param {any} library MapLibre @param {any} map @param {Record<string, string>} colours
 */
export async function layBackground(library, map, colours) {
  if (!(await isThere())) return false;
  const { PMTiles, Protocol } = await import(/** @type {any} */ ("/lib/pmtiles.mjs"));
  const where = new URL(url("/background"), location.href).href;
  const protocol = new Protocol(),
    archive = new PMTiles(where);
  protocol.add(archive);
  library.addProtocol(SCHEME, protocol.tile);
  const header = await archive.getHeader();
  const tiles = { tiles: [`${SCHEME}://${where}/{z}/{x}/{y}`], minzoom: header.minZoom, maxzoom: header.maxZoom };
  const below = map.getStyle().layers[1].id; // above the paper
  if (RASTER.includes(header.tileType)) {
    map.addSource("background", { ...tiles, type: "raster", tileSize: 256 });
    map.addLayer(
      {
        id: "background",
        type: "raster",
        source: "background",
        paint: { "raster-saturation": -0.6, "raster-opacity": 0.6 },
      },
      below,
    );
    return true;
  }
  if (header.tileType !== VECTOR) return false;
  const there = ((await archive.getMetadata()).vector_layers || []).map((/** @type {any} */ layer) => layer.id);
  map.addSource("background", { ...tiles, type: "vector" });
  for (const { of, ...look } of LOOKS(colours))
    for (const layer of of.filter((name) => there.includes(name))) {
      map.addLayer({ id: "background-" + layer, source: "background", "source-layer": layer, ...look }, below);
    }
  return true;
}
