// The map without WebGL: the same things drawn once on a canvas, with the same clicks.
import { dangerFeatures, depotFeatures, extent, roadFeatures, shelterFeatures, zoneFeatures } from "./features.js";
import { h } from "./dom.js";
import { layNames, moreImportant } from "./map_names.js";
import { Slices } from "./slices.js";
import { t } from "./texts.js";

const MARGIN = 32;
const REACH_PX = 14;
const HAZARD_PX = 22; // of the area around a zone that is in danger
const NAMES_MOST = 200,
  CHOSEN_MOST = 30; // where there are more, names say nothing any more
const NAME_PX = 14; // of a line

/**
 * @param {HTMLElement} into @param {(kind: string, id: string) => void} onPick
 * @param {{ names?: (place: any) => boolean, shelters?: () => any, ahead?: import("./map_gl.js").Ahead }} [options] which shelters are named, of their properties, else all where they are few; which are drawn, else all; a moment to come, else now
 */
export async function openMap(
  into,
  onPick,
  { names, shelters: chosen = shelterFeatures, ahead = { hits: () => null, closing: () => new Map() } } = {},
) {
  const canvas = h("canvas", { class: "mapbox", role: "img", "aria-label": t("map.label") });
  into.append(canvas);
  /** @type {{x: number, y: number, kind: string, id: string}[]} */
  let spots = [];
  /** @type {Record<string, string>} */
  const colours = {};
  const colour = (name) => colours[name];

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["--ink", "--soft", "--line", "--paper", "--act", "--well", "--ask", "--bad"])
      colours[name] = style.getPropertyValue(name).trim();
  }

  // Degrees to pixels: a degree of longitude is shorter away from the equator.
  function projection(width, height) {
    const [west, south, east, north] = extent() || [-1, -1, 1, 1];
    const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
    const scale = Math.min(
      (width - 2 * MARGIN) / Math.max(1e-9, (east - west) * squeeze),
      (height - 2 * MARGIN) / Math.max(1e-9, north - south),
    );
    const dx = (width - (east - west) * squeeze * scale) / 2,
      dy = (height - (north - south) * scale) / 2;
    return ([lon, lat]) => [dx + (lon - west) * squeeze * scale, height - dy - (lat - south) * scale];
  }

  function drawRoads(pen, at) {
    for (const feature of roadFeatures(ahead.hits(), ahead.closing()).features) {
      const { closed, closing, load } = feature.properties;
      pen.beginPath();
      feature.geometry.coordinates.forEach((coordinates, i) =>
        i === 0 ? pen.moveTo(...at(coordinates)) : pen.lineTo(...at(coordinates)),
      );
      pen.setLineDash(closed ? [5, 5] : []);
      pen.strokeStyle = colour(closed ? "--bad" : load > 0 ? "--act" : "--line");
      pen.lineWidth = closed ? 4 : 2 + 9 * load;
      pen.stroke();
      if (!closing) continue;
      pen.setLineDash([12, 6]);
      pen.strokeStyle = colour("--ask");
      pen.lineWidth = 4;
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  /** @param {any} pen @param {(place: any) => any} at @param {any[]} features @param {(pen: any, x: number, y: number, properties: any) => void} draw */
  async function drawPoints(pen, at, features, draw) {
    const slices = new Slices(),
      drawn = [];
    for (const feature of features) {
      const [x, y] = at(feature.geometry.coordinates),
        { kind, id } = feature.properties;
      draw(pen, x, y, feature.properties);
      drawn.push({ x, y, kind, id });
      if (slices.isOver()) await slices.pause();
    }
    return drawn;
  }

  /** @param {any} pen @param {number} x @param {number} y @param {number} radius @param {{ fill?: string, stroke?: string, width?: number, alpha?: number }} look */
  function disc(pen, x, y, radius, { fill, stroke, width = 1.5, alpha = 1 }) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.globalAlpha = alpha;
    pen.fillStyle = fill ? colour(fill) : "transparent";
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = stroke ? colour(stroke) : "transparent";
    pen.lineWidth = width;
    pen.stroke();
  }

  function drawZone(pen, x, y, zone) {
    if (!zone.hit) return disc(pen, x, y, 3, { stroke: "--soft", width: 1 });
    if (zone.remaining > 0) disc(pen, x, y, 4 + 0.18 * zone.size, { fill: "--ask", alpha: 0.6, stroke: "--ask" });
  }

  function drawDanger(pen, x, y) {
    disc(pen, x, y, HAZARD_PX, { fill: "--bad", alpha: 0.13 });
  }

  const radiusOf = (shelter) => Math.min(15, 4 + shelter.size / 6);
  const grades = { good: "--well", ask: "--ask", bad: "--bad", off: "--soft", none: "--paper" };

  function drawDepot(pen, x, y) {
    disc(pen, x, y, 6, { fill: "--paper", stroke: "--ink", width: 3 });
  }

  function drawShelter(pen, x, y, shelter) {
    disc(pen, x, y, radiusOf(shelter), {
      fill: grades[shelter.grade],
      alpha: shelter.stale ? 0.4 : 1,
      stroke: "--ink",
      width: shelter.stale ? 3 : 1.5,
    });
  }

  /** Names last, above all points. */
  function drawNames(pen, at, shelters, paper) {
    const wanted = names ? shelters.filter((feature) => names(feature.properties)) : shelters;
    if (wanted.length > (names ? CHOSEN_MOST : NAMES_MOST)) return;
    pen.strokeStyle = colour("--paper");
    pen.fillStyle = colour("--ink");
    pen.lineWidth = 3;
    pen.textBaseline = "middle";
    const points = [...wanted]
      .sort((a, b) => moreImportant(a.properties, b.properties))
      .map(({ geometry, properties }) => {
        const [x, y] = at(geometry.coordinates);
        return { name: properties.name, x, y, radius: radiusOf(properties) };
      });
    for (const { name, box } of layNames(points, (name) => pen.measureText(name).width, NAME_PX, paper)) {
      const x = (box.left + box.right) / 2,
        y = (box.top + box.bottom) / 2;
      pen.strokeText(name, x, y);
      pen.fillText(name, x, y);
    }
  }

  let turn = 0; // of drawing: one that was overtaken stops

  async function refresh() {
    const mine = ++turn,
      ratio = devicePixelRatio || 1,
      width = canvas.clientWidth,
      height = canvas.clientHeight;
    if (width === 0 || height === 0) return;
    const paper = document.createElement("canvas"); // drawn aside, in slices, and shown whole
    paper.width = width * ratio;
    paper.height = height * ratio;
    const pen = paper.getContext("2d"),
      at = projection(width, height);
    if (!pen) return;
    pen.scale(ratio, ratio);
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.lineJoin = "round";
    readColours();
    const shelters = chosen().features;
    drawRoads(pen, at);
    const danger = await drawPoints(pen, at, dangerFeatures(ahead.hits()).features, drawDanger);
    const zones = await drawPoints(pen, at, zoneFeatures(ahead.hits()).features, drawZone);
    const depots = await drawPoints(pen, at, depotFeatures().features, drawDepot);
    const drawn = await drawPoints(pen, at, shelters, drawShelter);
    if (mine !== turn) return;
    spots = [...danger, ...zones, ...depots, ...drawn];
    drawNames(pen, at, shelters, { width, height });
    canvas.width = paper.width;
    canvas.height = paper.height;
    canvas.getContext("2d").drawImage(paper, 0, 0);
    canvas.dataset.drawn = "true";
  }

  canvas.addEventListener("click", (event) => {
    const near = spots
      .map((spot) => ({ spot, far: Math.hypot(spot.x - event.offsetX, spot.y - event.offsetY) }))
      .sort((a, b) => a.far - b.far)[0];
    if (near && near.far <= REACH_PX) onPick(near.spot.kind, near.spot.id);
  });
  addEventListener("resize", refresh);
  await refresh();
  return { refresh, close: () => removeEventListener("resize", refresh) };
}
