// The map without WebGL: the same things drawn once on a canvas, with the same clicks.
import { depotFeatures, extent, roadFeatures, shelterFeatures, zoneFeatures } from "./features.js";
import { h } from "./dom.js";
import { t } from "./texts.js";

const MARGIN = 32;
const REACH_PX = 14;

/** @param {HTMLElement} into @param {(kind: string, id: string) => void} onPick */
export async function openMap(into, onPick) {
  const canvas = h("canvas", { class: "mapbox", role: "img", "aria-label": t("map.label") });
  into.append(canvas);
  /** @type {{x: number, y: number, kind: string, id: string}[]} */
  let spots = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Degrees to pixels: a degree of longitude is shorter away from the equator.
  function projection(width, height) {
    const [west, south, east, north] = extent() || [-1, -1, 1, 1];
    const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180);
    const scale = Math.min((width - 2 * MARGIN) / Math.max(1e-9, (east - west) * squeeze), (height - 2 * MARGIN) / Math.max(1e-9, north - south));
    const dx = (width - (east - west) * squeeze * scale) / 2, dy = (height - (north - south) * scale) / 2;
    return ([lon, lat]) => [dx + (lon - west) * squeeze * scale, height - dy - (lat - south) * scale];
  }

  function drawRoads(pen, at) {
    for (const feature of roadFeatures().features) {
      const { closed, load } = feature.properties;
      pen.beginPath();
      feature.geometry.coordinates.forEach((coordinates, i) => (i === 0 ? pen.moveTo(...at(coordinates)) : pen.lineTo(...at(coordinates))));
      pen.setLineDash(closed ? [5, 5] : []);
      pen.strokeStyle = colour(closed ? "--bad" : load > 0 ? "--act" : "--line");
      pen.lineWidth = closed ? 4 : 2 + 9 * load;
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  function drawPoints(pen, at, features, radius, fillWith) {
    for (const feature of features.features) {
      const [x, y] = at(feature.geometry.coordinates), { kind, id, name, stale } = feature.properties;
      pen.beginPath();
      pen.arc(x, y, radius(feature.properties), 0, 2 * Math.PI);
      pen.globalAlpha = stale ? 0.4 : kind === "zone" ? 0.35 : 1;
      pen.fillStyle = colour(fillWith(feature.properties));
      pen.fill();
      pen.globalAlpha = 1;
      pen.strokeStyle = colour("--ink");
      pen.lineWidth = stale ? 3 : 1.5;
      pen.stroke();
      if (kind === "shelter" && features.features.length < 200) {
        pen.fillStyle = colour("--ink");
        pen.fillText(name, x, y + radius(feature.properties) + 12);
      }
      spots.push({ x, y, kind, id });
    }
  }

  function refresh() {
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    const at = projection(width, height), grades = { good: "--well", ask: "--ask", bad: "--bad", off: "--soft", none: "--paper" };
    spots = [];
    drawRoads(pen, at);
    drawPoints(pen, at, zoneFeatures(), (zone) => 4 + 0.18 * zone.size, () => "--exercise");
    drawPoints(pen, at, depotFeatures(), () => 7, () => "--paper");
    drawPoints(pen, at, shelterFeatures(), (shelter) => Math.min(15, 4 + shelter.size / 6), (shelter) => grades[shelter.grade]);
  }

  canvas.addEventListener("click", (event) => {
    const near = spots.map((spot) => ({ spot, far: Math.hypot(spot.x - event.offsetX, spot.y - event.offsetY) })).sort((a, b) => a.far - b.far)[0];
    if (near && near.far <= REACH_PX) onPick(near.spot.kind, near.spot.id);
  });
  addEventListener("resize", refresh);
  refresh();
  canvas.dataset.drawn = "true";
  return { refresh, close: () => removeEventListener("resize", refresh) };
}
