// Figures over time.
import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { picture } from "./store.js";
import { Table } from "./table.js";
import { clock, duration, moment, number, percent, t } from "./texts.js";

const HEIGHT = 150;
const HOUR_MS = 3600000;
const SMOOTH = 12; // samples over which a rate is taken

/** What each chart shows: its series, and how they are worked out of what the server tells. */
const CHARTS = [
  { key: "sheltered", lines: ["sheltered"] },
  { key: "arrivals", lines: ["arrivals"], rate: true },
  { key: "occupancy", lines: ["occupancy"], share: true },
  { key: "stock_days", lines: ["stock_days"] },
  { key: "delay", lines: ["delay_median_s", "delay_most_s"], time: true },
  { key: "on_the_way", lines: ["on_the_way"] },
  { key: "capacity_open", lines: ["capacity_open"] },
  { key: "nodes_present", lines: ["nodes_present"] },
  { key: "nodes_stale", lines: ["nodes_stale"] },
  { key: "orders_open", lines: ["orders_open"] },
  { key: "requests_open", lines: ["requests_open"] },
  { key: "reports", lines: ["reports"], rate: true },
];

/** A short time to the second, a long one to the minute. @param {number | null} value */
const seconds = (value) =>
  value !== null && value < 120 ? t("duration.seconds", { s: number(value, value < 10 ? 1 : 0) }) : duration(value);

/** A sum that grows, as so many an hour. @param {number[]} wallMs @param {(number | null)[]} sums */
function rateOf(wallMs, sums) {
  return sums.map((sum, i) => {
    const before = Math.max(0, i - SMOOTH),
      first = sums[before],
      passed = wallMs[i] - wallMs[before];
    return sum === null || first === null || passed <= 0 ? null : ((sum - first) * HOUR_MS) / passed;
  });
}

/** What was taken since somebody last set the clock back: what came before stands on no axis with it. @param {any} told of GET /series */
function sinceTheClockWasSet(told) {
  let first = told.wall_ms.length - 1;
  while (first > 0 && told.wall_ms[first - 1] < told.wall_ms[first]) first--;
  const rest = (/** @type {any[]} */ values) => values.slice(Math.max(0, first));
  return {
    wall_ms: rest(told.wall_ms),
    series: Object.fromEntries(Object.entries(told.series).map(([name, values]) => [name, rest(values)])),
  };
}

/** @param {{ share?: boolean, time?: boolean }} chart @param {number | null} value */
const show = (chart, value) => (chart.share ? percent(value) : chart.time ? seconds(value) : number(value, 1));

/**
 * What the charts show, for who reads figures rather than lines, and to be taken away: a row a sample, the newest first. Made when it is opened.
 * @param {number[]} wallMs @param {{ chart: any, lines: (number | null)[][] }[]} drawn
 */
function figures(wallMs, drawn) {
  const columns = drawn.flatMap(({ chart, lines }) =>
    lines.map((values, i) => ({
      key: chart.lines[i],
      title: t("charts." + chart.key) + (lines.length > 1 ? ", " + t("charts." + chart.lines[i]) : ""),
      numeric: true,
      value: (/** @type {number} */ sample) => values[sample],
      show: (/** @type {number} */ sample) => show(chart, values[sample]),
    })),
  );
  const table = new Table(t("charts.table"), [
    {
      key: "time",
      title: t("charts.when"),
      value: (sample) => new Date(wallMs[sample]).toISOString(),
      show: (sample) => moment(wallMs[sample], true),
    },
    ...columns,
  ]);
  return h(
    "details",
    {
      class: "chartfigures",
      ontoggle: () => {
        if (table.rows.length === 0) table.set(wallMs.map((_, i) => wallMs.length - 1 - i));
      },
    },
    h("summary", null, t("charts.table")),
    table.element,
  );
}

/** @param {HTMLElement} into */
export async function drawCharts(into) {
  const [{ default: Plot }, told] = await Promise.all([
    import(/** @type {any} */ ("/lib/uPlot.esm.js")),
    get("/series", { at: picture.at }),
  ]);
  const series = sinceTheClockWasSet(told);
  const has = (name) => (series.series[name] || []).some((value) => value !== null);
  const charts = CHARTS.filter((chart) => chart.lines.some(has));
  if (series.wall_ms.length < 2 || charts.length === 0) {
    fill(into, h("p", { class: "note" }, t("charts.none")));
    return;
  }
  fill(into);
  const x = series.wall_ms.map((ms) => ms / 1000);
  const style = getComputedStyle(document.documentElement),
    ink = style.getPropertyValue("--ink"),
    line = style.getPropertyValue("--line"),
    act = style.getPropertyValue("--act");
  const ask = style.getPropertyValue("--ask");
  const drawn = charts.map((chart) => ({
    chart,
    lines: chart.lines.map((name) => (chart.rate ? rateOf(series.wall_ms, series.series[name]) : series.series[name])),
  }));
  // The day once, where it begins: what stands below a tick has to fit there.
  const ticks = (_, all) =>
    all.map((tick, i) =>
      i === 0 || new Date(tick * 1000).toDateString() !== new Date(all[i - 1] * 1000).toDateString()
        ? moment(tick * 1000)
        : clock(tick * 1000),
    );
  for (const { chart, lines } of drawn) {
    const last = lines.map((values) => values.filter((value) => value !== null).at(-1) ?? null);
    const box = h(
      "figure",
      { class: "chart" },
      h(
        "figcaption",
        null,
        t("charts." + chart.key),
        ": ",
        lines.flatMap((_, i) => [
          i > 0 && " · ",
          lines.length > 1 && t("charts." + chart.lines[i]) + " ",
          h("b", null, show(chart, last[i])),
        ]),
      ),
    );
    into.append(box);
    const plot = new Plot(
      {
        width: Math.max(200, box.clientWidth - 16),
        height: HEIGHT,
        legend: { show: false },
        padding: [8, 24, 0, 0],
        cursor: { y: false },
        scales: {
          x: { time: true },
          y: { range: (_, least, most) => [Math.min(0, least), most > 0 ? most * 1.05 : 1] },
        },
        axes: [
          { stroke: ink, grid: { stroke: line }, values: ticks, space: 90, size: 30 },
          { stroke: ink, grid: { stroke: line }, size: 72, values: (_, all) => all.map((tick) => show(chart, tick)) },
        ],
        series: [
          {},
          ...lines.map((_, i) => ({
            stroke: i === 0 ? act : ask,
            dash: i === 0 ? undefined : [6, 4],
            width: 2,
            spanGaps: true,
            fill: lines.length === 1 ? act + "22" : undefined,
          })),
        ],
      },
      [x, ...lines],
      box,
    );
    plot.root.setAttribute("aria-hidden", "true"); // the figure says its last value in words, and the table below them all
  }
  into.append(figures(series.wall_ms, drawn));
}
