// Pictures and files in a text: pasted, dropped or chosen, uploaded at once, shown by a line.

import { announce, csrf, find } from "./dom.js";

/** Put text where the cursor was, so that the browser's undo knows of it. */
function insert(box, at, text) {
  box.focus();
  box.setSelectionRange(at, at);
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text, at, at, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function exchange(box, from, to) {
  const at = box.value.indexOf(from);
  if (at < 0) return;
  box.focus();
  box.setSelectionRange(at, at + from.length);
  if (!document.execCommand("insertText", false, to)) {
    box.setRangeText(to, at, at + from.length, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function say(editor, message) {
  const line = find("[data-files-said]", editor);
  if (line) line.textContent = message;
  announce(message);
}

async function upload(editor, file) {
  const body = new FormData();
  body.append("file", file, file.name || "image.png");
  const answer = await fetch(editor.dataset.files, {
    method: "POST",
    headers: { "X-CSRFToken": csrf(), Accept: "application/json", "HX-Request": "true" },
    body,
  });
  if (answer.ok && !answer.redirected) return (await answer.json()).markdown;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Error(parsed.body.textContent.trim().slice(0, 300) || editor.dataset.filesFailed);
}

async function bring(editor, files) {
  const box = find("textarea", editor);
  for (const file of files) {
    // It keeps the place while the file is on its way; the person can write on.
    const holder = `![${file.name || "…"} …]()`;
    insert(box, box.selectionEnd, holder);
    say(editor, editor.dataset.filesBusy);
    try {
      exchange(box, holder, await upload(editor, file));
      say(editor, "");
    } catch (error) {
      exchange(box, holder, "");
      say(editor, error.message || editor.dataset.filesFailed);
    }
  }
}

const editorOf = (event) => event.target.closest?.("[data-files]");

document.addEventListener("paste", (event) => {
  const editor = editorOf(event);
  const files = [...(event.clipboardData?.files || [])];
  if (!editor || !files.length) return;
  event.preventDefault();
  bring(editor, files);
});

document.addEventListener("dragover", (event) => {
  const editor = editorOf(event);
  if (editor && event.dataTransfer?.types.includes("Files")) {
    event.preventDefault();
    editor.dataset.dropping = "";
  }
});

document.addEventListener("dragleave", (event) => {
  const editor = editorOf(event);
  if (editor && !editor.contains(event.relatedTarget)) delete editor.dataset.dropping;
});

document.addEventListener("drop", (event) => {
  const editor = editorOf(event);
  const files = [...(event.dataTransfer?.files || [])];
  if (!editor || !files.length) return;
  event.preventDefault();
  delete editor.dataset.dropping;
  bring(editor, files);
});

document.addEventListener("click", (event) => {
  const editor = event.target.closest("[data-md=file]")?.closest("[data-files]");
  if (editor) find("input[type=file]", editor).click();
});

document.addEventListener("change", (event) => {
  const editor = event.target.matches("[data-files] input[type=file]") && editorOf(event);
  if (!editor) return;
  bring(editor, [...event.target.files]);
  event.target.value = "";
});
