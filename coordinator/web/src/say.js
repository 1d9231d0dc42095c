// What happened, told at the foot of the page for a while.
import { Problem } from "./api.js";
import { fill, h } from "./dom.js";
import { letGo } from "./hands.js";
import { picture } from "./store.js";
import { t } from "./texts.js";

const SHOWN_MS = 12000;
let timer = 0;

/** Of how the server refuses, what has words in every language. */
const REFUSALS = [400, 403, 404, 409, 412, 413, 422, 429, 503, 507];

/** An error in the language of the page; what the server alone can say of it stands beside it in the server's words. @param {unknown} error */
export function troubleOf(error) {
  if (!(error instanceof Problem)) return String(/** @type {Error} */ (error).message);
  if (error.message === "past") return t("past.not-here");
  if (error.status === 0) return t("unreachable");
  return [
    t("problem." + (REFUSALS.includes(error.status) ? error.status : "other")),
    " ",
    h("small", { lang: "en" }, error.message),
  ];
}

/** @param {unknown} what a text, or an error with its remedy */
export function say(what) {
  const said = document.getElementById("said");
  if (!said) return;
  const bad = what instanceof Error;
  const text = bad ? troubleOf(what) : String(what);
  const remedy = what instanceof Problem && what.status !== 404 ? what.remedy : "";
  fill(
    said,
    h(
      "p",
      { class: bad ? "message bad" : "message good" },
      text,
      remedy && h("small", { lang: "en" }, " " + remedy),
      h("button", { class: "plain", onclick: () => fill(said) }, t("dismiss")),
    ),
  );
  clearTimeout(timer);
  if (!bad) timer = window.setTimeout(() => fill(said), SHOWN_MS);
}

/** Runs a decision and says what came of it; the button is held meanwhile. @param {any} event @param {() => Promise<any>} work @param {string} done */
export async function doing(event, work, done) {
  const button = event.submitter || event.currentTarget;
  if (button) button.disabled = true;
  try {
    await work();
    letGo(event.target);
    say(done);
    return true;
  } catch (error) {
    say(error);
    return false;
  } finally {
    if (button) button.disabled = false;
  }
}

/** The name of a file that is taken away: of an exercise it says so. @param {string} name */
export const fileName = (name) => (picture.status && picture.status.mode === "exercise" ? "EXERCISE-" + name : name);
