// Help with Markdown: a toolbar, lists that number themselves, a preview.

import { csrf, find, findAll } from "./dom.js";
import "./files.js";

const AROUND = {
  bold: ["**", "**"],
  italic: ["*", "*"],
  code: ["`", "`"],
  link: ["[", "](https://)"],
};

/** Change the text so that the browser's own undo knows of it. */
function replace(box, start, end, text) {
  box.focus();
  box.setSelectionRange(start, end);
  // execCommand is the only way that keeps undo; setRangeText where it is gone.
  const done = text
    ? document.execCommand("insertText", false, text)
    : document.execCommand("delete");
  if (!done) {
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function surround(box, [before, after]) {
  const { selectionStart: start, selectionEnd: end } = box;
  const chosen = box.value.slice(start, end);
  replace(box, start, end, before + chosen + after);
  box.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

/** Begin each chosen line with a mark: a bullet, or its number. */
function prefix(box, mark) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const until = value.indexOf("\n", end) < 0 ? value.length : value.indexOf("\n", end);
  const lines = value.slice(from, until).split("\n");
  replace(box, from, until, lines.map((line, index) => mark(index) + line).join("\n"));
}

function enclose(box) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  const chosen = value.slice(start, end);
  const gap = start === 0 || value[start - 1] === "\n" ? "" : "\n";
  replace(box, start, end, `${gap}:::internal\n${chosen}\n:::\n`);
}

async function preview(editor, button) {
  const pane = find(".preview", editor);
  const box = find("textarea", editor);
  const show = pane.hidden;
  if (show) {
    const answer = await fetch(editor.dataset.preview, {
      method: "POST",
      headers: { "X-CSRFToken": csrf(), "HX-Request": "true" },
      body: new URLSearchParams({ text: box.value }),
    });
    if (!answer.ok || answer.redirected) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    pane.replaceChildren(...parsed.body.childNodes);
  }
  pane.hidden = !show;
  box.hidden = show;
  button.setAttribute("aria-pressed", String(show));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-md]");
  const editor = button?.closest("[data-editor]");
  if (!editor) return;
  const box = find("textarea", editor);
  const kind = button.dataset.md;
  if (kind === "preview") preview(editor, button);
  else if (kind === "ol") prefix(box, (index) => `${index + 1}. `);
  else if (kind === "ul") prefix(box, () => "- ");
  else if (kind === "internal") enclose(box);
  else if (AROUND[kind]) surround(box, AROUND[kind]);
});

// The toolbar is one stop of the Tab key; arrows move inside it.
document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.("[data-editor] [role=toolbar]");
  if (!bar || (event.key !== "ArrowRight" && event.key !== "ArrowLeft")) return;
  event.preventDefault();
  const buttons = findAll("button", bar);
  const onward = (event.key === "ArrowRight") !== (document.documentElement.dir === "rtl");
  const at = buttons.indexOf(event.target);
  const to = buttons[(at + (onward ? 1 : -1) + buttons.length) % buttons.length];
  event.target.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
});

// Enter in a list begins the next item with its number; Enter in an empty item ends the list.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey) return;
  if (event.isComposing) return;
  const box = event.target.closest?.("[data-editor] textarea");
  if (!box) return;
  const at = box.selectionStart;
  const from = box.value.lastIndexOf("\n", at - 1) + 1;
  const item = box.value.slice(from, at).match(/^(\s*)(?:(\d+)\.|([-*]))\s(.*)$/);
  if (!item) return;
  event.preventDefault();
  const [, indent, number, bullet, text] = item;
  if (!text) replace(box, from, at, "");
  else replace(box, at, at, `\n${indent}${number ? `${Number(number) + 1}.` : bullet} `);
});
