// The picture: where everything is, and how it stands.
import { fill, h } from "./dom.js";
import { showDetails } from "./details.js";
import { openMap as openDrawn } from "./map_drawn.js";
import { hasWebGl, openMap as openGl } from "./map_gl.js";
import { say } from "./say.js";
import { extent } from "./features.js";
import { t } from "./texts.js";

/** @type {{ refresh: () => void | Promise<void>, close: () => void } | null} */
let map = null;

/** Draws what was picked anew. @type {(() => Promise<void> | undefined) | null} */
let again = null;

const SIGNS = [["good", "open"], ["ask", "full"], ["bad", "damaged"], ["off", "closed"], ["none", "unknown"]];

function legend() {
  return h("ul", { class: "legend", "aria-label": t("map.legend") },
    SIGNS.map(([grade, key]) => h("li", null, h("span", { class: "dot " + grade, "aria-hidden": "true" }), t("legend." + key))),
    h("li", null, h("span", { class: "dot good stale", "aria-hidden": "true" }), t("legend.stale")),
    h("li", null, h("span", { class: "dot depot", "aria-hidden": "true" }), t("legend.depot")),
    h("li", null, h("span", { class: "dot danger", "aria-hidden": "true" }), t("legend.danger")),
    h("li", null, h("span", { class: "dot zone", "aria-hidden": "true" }), t("legend.zone")),
    h("li", null, h("span", { class: "stroke load", "aria-hidden": "true" }), t("legend.load")),
    h("li", null, h("span", { class: "stroke closed", "aria-hidden": "true" }), t("legend.road-closed")));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["shelters", "depots", "zones", "network", "hazards"],
  async open(into, [kind, id]) {
    const side = h("aside", { class: "side", "aria-label": t("map.details"), "aria-live": "polite" }, h("p", { class: "note" }, t("map.pick")));
    const box = h("div", { class: "map" });
    const pick = (what, which) => {
      again = () => showDetails(side, what, which);
      showDetails(side, what, which).catch(say);
    };
    fill(into, h("h1", { class: "hidden" }, t("nav.map")), h("div", { class: "mapview" }, h("div", { class: "mapside" }, box, legend()), side));
    if (!extent()) fill(box, h("p", { class: "message" }, t("map.none")));
    else {
      const opened = await (hasWebGl() ? openGl(box, pick).catch(() => openDrawn(box, pick)) : openDrawn(box, pick));
      if (!box.isConnected) return opened.close(); // somebody turned elsewhere while it opened
      map = opened;
    }
    if (kind && id) pick(kind, id);
  },
  async refresh() {
    if (map) await map.refresh();
    if (again) await again();
  },
  close() {
    if (map) map.close();
    map = null;
    again = null;
  }
};
