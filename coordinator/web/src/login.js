// Logging in.
import { decide, Problem } from "./api.js";
import { fill, h } from "./dom.js";
import { picture } from "./store.js";
import { chooseLanguage, otherLanguage, t } from "./texts.js";

/** @param {() => Promise<any>} then what to do once somebody is logged in @param {string} [wrong] */
export function showLogin(then, wrong) {
  const none = picture.session && picture.session.accounts === false;
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    try {
      await decide("POST", "/session", { name: form.get("name"), password: form.get("password") });
      await then();
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem({});
      showLogin(
        then,
        problem.status === 429 ? t("login.wait") : problem.status === 401 ? t("login.wrong") : problem.message,
      );
    }
  };
  fill(
    document.body,
    h(
      "main",
      { class: "login" },
      picture.session &&
        picture.session.mode === "exercise" &&
        h("p", { class: "exercise", role: "note" }, t("exercise.banner")),
      h("h1", null, (picture.session && picture.session.name) || "Haven"),
      wrong && h("p", { class: "message bad", role: "alert" }, wrong),
      none &&
        h(
          "p",
          { class: "message" },
          t("login.no-accounts"),
          h("code", null, "haven account add NAME --role planner,approver"),
        ),
      h(
        "form",
        { onsubmit: submit },
        h("label", null, t("login.name"), h("input", { name: "name", autocomplete: "username", required: true })),
        h(
          "label",
          null,
          t("login.password"),
          h("input", { name: "password", type: "password", autocomplete: "current-password", required: true }),
        ),
        h("button", { class: "go" }, t("login.in")),
      ),
      h(
        "button",
        {
          class: "plain",
          lang: otherLanguage(),
          onclick: () => {
            chooseLanguage(otherLanguage());
            showLogin(then);
          },
        },
        t("language.other"),
      ),
    ),
  );
  document.documentElement.dataset.login = "true";
}
