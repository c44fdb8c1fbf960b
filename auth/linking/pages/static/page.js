// What the connect page can't do without a script: tell the window that opened or frames it, open the vendor's login
// from a frame, search, show a secret, say that it is busy. Without it, forms and the same window still work.
"use strict";
(() => {
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const { mode, state } = main.dataset;
  /** @type {string[]} */
  const origins = JSON.parse(main.dataset.origins ?? "[]");
  let outcome = main.dataset.message ? JSON.parse(main.dataset.message) : "closed";
  let told = false;

  /** @param {string} selector @returns {HTMLElement[]} */
  const all = (selector) => Array.from(main.querySelectorAll(selector));

  /** Each origin is named; the browser delivers to the one that is there. */
  function tell() {
    const framed = mode === "iframe";
    const target = framed ? window.parent : window.opener;
    if (told || !target || target === window) return;
    told = true;
    if (mode === "handover") target.postMessage({ koine: "handover", outcome }, location.origin);
    else if (framed || outcome !== "closed") for (const origin of origins) target.postMessage(outcome, origin);
  }

  function leave() {
    tell();
    if (mode !== "iframe") window.close();
  }

  // A window that a script opened begins here and has an opener; one that came here from the product's page does not.
  const first = new URLSearchParams(location.search);
  if (mode === "window" && window.opener && history.length === 1 && first.has("link_token") && !first.has("popup")) {
    first.set("popup", "true");
    location.replace(`${location.pathname}?${first}`);
    return;
  }

  // The window that frames the page asks whether it is there: one that the browser refused to frame does not answer.
  if (mode === "iframe") {
    addEventListener("message", (event) => {
      if (event.source === window.parent && event.data === "koine") event.ports[0]?.postMessage("koine");
    });
  }

  if (main.dataset.final) tell();
  if (state === "done" && told) setTimeout(() => window.close(), mode === "handover" ? 0 : 1500);

  for (const button of all("[data-close]")) {
    button.hidden = false;
    button.addEventListener("click", leave);
  }
  if (mode !== "window") {
    addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
    });
  }
  all("[data-focus]")[0]?.focus();

  for (const button of all("[data-show]")) {
    const input = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.show ?? ""));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
    input.form?.addEventListener("submit", () => (input.type = "password"));
  }

  /** @param {boolean} is */
  function busy(is) {
    main.setAttribute("aria-busy", String(is));
    for (const line of all("[data-busy]")) line.textContent = is ? (line.dataset.busy ?? "") : "";
  }

  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (main.getAttribute("aria-busy") === "true") event.preventDefault();
      busy(true);
    });
  }
  // Back from the vendor, the browser may show the page as it was left.
  addEventListener("pageshow", () => busy(false));

  for (const field of all("[data-search]")) {
    const input = /** @type {HTMLInputElement} */ (field.querySelector("input"));
    const found = /** @type {HTMLElement} */ (field.querySelector("[role=status]"));
    field.hidden = false;
    input.addEventListener("input", () => {
      const words = input.value.trim().toLowerCase();
      let count = 0;
      for (const item of all("#systems > li")) {
        item.hidden = !(item.querySelector("strong")?.textContent ?? "").toLowerCase().includes(words);
        if (!item.hidden) count += 1;
      }
      const { none = "", one = "", many = "" } = field.dataset;
      found.textContent = words ? [none, one][count] ?? many.replace("#", String(count)) : "";
    });
    input.addEventListener("keydown", (event) => {
      const left = all("#systems > li:not([hidden]) > a");
      if (event.key === "Enter" && left.length === 1) left[0]?.click();
    });
  }

  // A frame has no cookies of its own at the vendor's, nor here: the login takes place in a popup, which hands over.
  const LOGIN = "koine-login";
  const FEATURES = "popup,width=640,height=760";
  const trouble = /** @type {HTMLElement | null} */ (main.querySelector("[data-trouble]"));
  /** @type {Window | null} */
  let popup = null;
  let watch = 0;

  /** @param {string | undefined} words */
  function say(words = "") {
    if (trouble) trouble.textContent = words;
    if (trouble) trouble.hidden = !words;
  }

  /** @param {Window} opened */
  function follow(opened) {
    popup = opened;
    clearInterval(watch);
    say();
    busy(true);
    watch = setInterval(() => {
      if (!opened.closed) return;
      clearInterval(watch);
      busy(false);
      if (!told) say(trouble?.dataset.closed);
    }, 300);
  }

  for (const link of all("a[data-popup]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const opened = window.open(/** @type {HTMLAnchorElement} */ (link).href, LOGIN, FEATURES);
      if (opened) follow(opened);
      else say(trouble?.dataset.blocked);
    });
  }

  for (const form of /** @type {HTMLFormElement[]} */ (all("form[data-popup]"))) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return; // sent already
      const opened = window.open("", LOGIN, FEATURES);
      if (!opened) return; // what is sent in the frame is answered with a button that opens one
      form.target = LOGIN;
      if (!form.elements.namedItem("popup")) {
        const where = Object.assign(document.createElement("input"), { type: "hidden", name: "popup", value: "handover" });
        form.append(where);
      }
      follow(opened);
    });
  }

  addEventListener("message", (event) => {
    if (event.origin !== location.origin || !popup || event.source !== popup) return;
    if (event.data?.koine !== "handover" || told) return;
    outcome = event.data.outcome;
    if (outcome.result !== "success") {
      if (outcome !== "closed" && trouble) trouble.dataset.closed = outcome.error;
      // What is sent next is another try, not the same one sent twice.
      const csrf = /** @type {HTMLInputElement | null} */ (main.querySelector("[name=csrf]"));
      if (csrf && window.isSecureContext) csrf.value = crypto.randomUUID();
      return;
    }
    clearInterval(watch);
    busy(false);
    tell();
    const done = /** @type {HTMLTemplateElement} */ (main.querySelector("template[data-done]")).content;
    main.replaceChildren(done.cloneNode(true));
    main.querySelector("h1")?.focus();
  });
})();
