// Figures over time.
import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { moment, number, t } from "./texts.js";

const HEIGHT = 180;

/** @param {HTMLElement} into */
export async function drawCharts(into) {
  const [{ default: Plot }, series] = await Promise.all([import(/** @type {any} */ ("/lib/uPlot.esm.js")), get("/series")]);
  const names = Object.keys(series.series).filter((name) => series.series[name].some((value) => value !== null));
  if (series.wall_ms.length < 2 || names.length === 0) {
    fill(into, h("p", { class: "note" }, t("charts.none")));
    return;
  }
  fill(into);
  const x = series.wall_ms.map((ms) => ms / 1000);
  const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue("--ink"), line = style.getPropertyValue("--line"), act = style.getPropertyValue("--act");
  for (const name of names) {
    const values = series.series[name], last = values.filter((value) => value !== null).at(-1);
    const box = h("figure", { class: "chart" }, h("figcaption", null, t("charts." + name), ": ", h("b", null, number(last, 1))));
    into.append(box);
    const plot = new Plot({ width: Math.max(280, box.clientWidth - 16), height: HEIGHT, legend: { show: false }, cursor: { y: false },
      scales: { x: { time: true } }, axes: [{ stroke: ink, grid: { stroke: line }, values: (_, ticks) => ticks.map((tick) => moment(tick * 1000)), space: 110 }, { stroke: ink, grid: { stroke: line }, size: 60, values: (_, ticks) => ticks.map((tick) => number(tick, 1)) }],
      series: [{}, { stroke: act, width: 2, spanGaps: true, fill: act + "22" }] }, [x, values], box);
    plot.root.setAttribute("aria-hidden", "true"); // the figure says its last value in words; the table of the log has them all
  }
}
