// The picture: where everything is, how it stands, and what hazards are told to hit next.
import { fill, h } from "./dom.js";
import { showDetails } from "./details.js";
import { ahead, aheadList, HazardTime } from "./hazard_time.js";
import { loadHazards } from "./hazards.js";
import { openMap as openDrawn } from "./map_drawn.js";
import { hasWebGl, openMap as openGl } from "./map_gl.js";
import { say } from "./say.js";
import { extent } from "./features.js";
import { picture } from "./store.js";
import { t } from "./texts.js";

/** @type {{ refresh: () => void | Promise<void>, close: () => void } | null} */
let map = null;

/** @type {HazardTime | null} */
let time = null;

/** Draws what stands beside the map anew. @type {(() => Promise<void> | void) | null} */
let again = null;

const SIGNS = [
  ["good", "open"],
  ["ask", "full"],
  ["bad", "damaged"],
  ["off", "closed"],
  ["none", "unknown"],
];

function legend() {
  const item = (/** @type {string} */ look, /** @type {string} */ key) =>
    h("li", null, h("span", { class: look, "aria-hidden": "true" }), t("legend." + key));
  return h(
    "ul",
    { class: "legend", "aria-label": t("map.legend") },
    SIGNS.map(([grade, key]) => item("dot " + grade, key)),
    item("dot good stale", "stale"),
    item("dot depot", "depot"),
    item("dot danger", "danger"),
    item("dot zone", "zone"),
    item("stroke load", "load"),
    item("stroke closed", "road-closed"),
    item("stroke closing", "road-closing"),
  );
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["shelters", "depots", "zones", "network", "hazards"],
  async open(into, [kind, id]) {
    const side = h("aside", { class: "side", "aria-label": t("map.details"), "aria-live": "polite" });
    const box = h("div", { class: "map" });
    const redraw = () => {
      if (map) Promise.resolve(map.refresh()).catch(say);
      if (again === overview) overview();
    };
    const overview = () =>
      fill(
        side,
        h("p", { class: "note" }, t("map.pick")),
        aheadList((at) => {
          if (time) time.showMoment(at);
        }),
      );
    const close = () => {
      again = overview;
      history.replaceState(null, "", "#/map");
      overview();
    };
    const pick = (what, which) => {
      again = () => showDetails(side, what, which, close);
      Promise.resolve(again())
        .then(() => {
          if (matchMedia("(max-width: 60rem)").matches) side.scrollIntoView({ block: "nearest" });
        })
        .catch(say); // it stands below the map there
    };
    await loadHazards().catch(say);
    const mine = (time = new HazardTime(redraw));
    again = overview;
    overview();
    fill(
      into,
      h("h1", { class: "hidden" }, t("nav.map")),
      h("div", { class: "mapview" }, h("div", { class: "mapside" }, box, mine.element, legend()), side),
    );
    if (!extent()) fill(box, h("p", { class: "message" }, t(picture.regionMissing ? "no-region" : "map.none")));
    else {
      const opened = await (hasWebGl()
        ? openGl(box, pick, ahead).catch(() => openDrawn(box, pick, { ahead }))
        : openDrawn(box, pick, { ahead }));
      if (!box.isConnected) return opened.close(); // somebody turned elsewhere while it opened
      map = opened;
    }
    if (kind && id) pick(kind, id);
  },
  async refresh() {
    await loadHazards().catch(say);
    if (time) time.refresh();
    if (map) await map.refresh();
    if (again) await again();
  },
  close() {
    if (map) map.close();
    map = null;
    time = null;
    again = null;
  },
};
