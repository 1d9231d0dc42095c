// Who sees to what wants attention: take it, give it to somebody, give it up.
import { decide } from "./api.js";
import { h } from "./dom.js";
import { doing } from "./say.js";
import { mayWork, picture } from "./store.js";
import { age, t, word } from "./texts.js";

const ROLES = ["planner", "approver", "shelter-staff", "depot-staff"];

/** A role by its word, anybody else by name. @param {string} owner */
export const ownerName = (owner) => (ROLES.includes(owner) ? word("account-role", owner) : owner);

/** @param {any} thing of GET /attention */
const path = (thing) => `/attention/${encodeURIComponent(thing.id)}/owner`;

/** @param {any} thing @param {string} title @param {() => any} again */
function assign(thing, title, again) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    return doing(
      event,
      () =>
        decide("PUT", path(thing), {
          owner: String(form.get("owner")).trim(),
          ...(form.get("note") ? { note: form.get("note") } : {}),
        }),
      t("owner.given"),
    ).then((done) => {
      if (done) {
        dialog.close();
        again();
      }
    });
  };
  const dialog = h(
    "dialog",
    { "aria-label": t("owner.give") },
    h("h2", null, title),
    h(
      "form",
      { onsubmit: submit, class: "form" },
      h(
        "label",
        null,
        t("owner.to"),
        h("input", {
          name: "owner",
          list: "owners",
          required: true,
          maxlength: 64,
          value: thing.owner ? thing.owner.name : "",
        }),
      ),
      h(
        "datalist",
        { id: "owners" },
        ROLES.map((role) => h("option", { value: role }, word("account-role", role))),
      ),
      h("label", null, t("owner.note"), h("input", { name: "note", maxlength: 200 })),
      h(
        "p",
        { class: "actions" },
        h("button", { class: "go" }, t("owner.give")),
        h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Whose a thing is and since when, with what can be done about that. @param {any} thing @param {string} title @param {() => any} again called when it has changed */
export function ownerLine(thing, title, again) {
  const me = picture.session && picture.session.account,
    owner = thing.owner;
  const act = (key, work, done) =>
    h(
      "button",
      {
        class: "plain",
        "aria-label": `${t(key)}: ${title}`,
        onclick: (event) =>
          doing(event, work, done).then((well) => {
            if (well) again();
          }),
      },
      t(key),
    );
  return h(
    "span",
    { class: "owner" },
    owner
      ? h(
          "span",
          { class: "mark off" },
          "☻ ",
          owner.name === me ? t("owner.me") : ownerName(owner.name),
          " ",
          h("small", null, age(owner.age_s), owner.note ? " · " + owner.note : ""),
        )
      : h("span", { class: "mark ask" }, t("owner.nobody")),
    mayWork() && [
      (!owner || owner.name !== me) && me && act("owner.take", () => decide("PUT", path(thing), {}), t("owner.taken")),
      h(
        "button",
        { class: "plain", "aria-label": `${t("owner.give")}: ${title}`, onclick: () => assign(thing, title, again) },
        t("owner.give"),
      ),
      owner && act("owner.release", () => decide("DELETE", path(thing)), t("owner.released")),
    ],
  );
}
