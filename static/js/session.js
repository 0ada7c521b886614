// When an answer is not what was asked for: the session ended, the network is away, the server broke.

import { register } from "./actions.js";
import { find } from "./dom.js";
import { toast } from "./toast.js";

let last = null; // the request to repeat after signing in

function repeat() {
  if (!last) return;
  const { verb, path, target, swap, source, values } = last;
  last = null;
  htmx.ajax(verb, path, { target, swap, source, values });
}

function remember(detail) {
  const { requestConfig: config } = detail;
  last = {
    verb: config.verb.toUpperCase(),
    path: config.path,
    target: detail.target,
    source: config.elt,
    values: config.formData ? Object.fromEntries(config.formData) : {},
  };
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const away = xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/accounts/login");
  // A refusal of ours is a fragment; a whole page comes from the guard of forms, who no longer
  // knows this browser.
  const turnedAway = xhr.status >= 400 && /^\s*<!doctype/i.test(xhr.responseText);
  if (!away && !turnedAway) return;
  event.detail.shouldSwap = false;
  if (requestConfig.elt.closest("[data-poll]")) return;
  if (!away && xhr.status !== 403) return;
  remember(event.detail);
  find("#signin")?.showModal();
});

register("replay", () => {
  find("#signin")?.close();
  repeat();
});

const word = (name) => document.body.dataset[name] || "";

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb === "get" && event.detail.elt.closest("[data-poll]")) return;
  remember(event.detail);
  toast(word("saidOffline"), { bad: true, again: { label: word("saidRetry"), act: repeat } });
});

document.addEventListener("htmx:timeout", (event) => {
  if (event.detail.elt.closest("[data-poll]")) return;
  remember(event.detail);
  toast(word("saidOffline"), { bad: true, again: { label: word("saidRetry"), act: repeat } });
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status < 500 && status !== 404) return; // these explain themselves in what they swap in
  if (event.detail.elt.closest("[data-poll]")) return;
  remember(event.detail);
  toast(word("saidBroken"), { bad: true, again: { label: word("saidRetry"), act: repeat } });
});
