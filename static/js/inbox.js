// The bell counts by itself: asked once a minute while somebody looks at the page, answered
// "as before" unless something happened.

import { announce, find } from "./dom.js";

const EVERY = 60_000;

const bell = find("[data-unread]");
let tag = "";
let asked = Date.now();

function show(count) {
  const before = Number(find(".dot", bell)?.textContent || 0);
  find(".dot", bell)?.remove();
  const label = bell.title;
  bell.setAttribute("aria-label", count ? `${label} (${count})` : label);
  if (!count) return;
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.setAttribute("aria-hidden", "true");
  dot.textContent = String(count);
  bell.append(dot);
  if (count > before) announce(bell.getAttribute("aria-label"));
}

async function ask() {
  asked = Date.now();
  try {
    const answer = await fetch(bell.dataset.unread, {
      headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) },
      cache: "no-store",
    });
    if (!answer.ok || answer.redirected) return;
    tag = answer.headers.get("ETag") || "";
    show((await answer.json()).unread);
  } catch {
    // The next minute asks again.
  }
}

if (bell) {
  setInterval(() => document.visibilityState === "visible" && ask(), EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - asked > EVERY) ask();
  });
}
