// A chart as a picture: the drawing with its title, subtitle and legend, in the theme one sees.

import { register } from "./actions.js";

const SVG = "http://www.w3.org/2000/svg";
// What the style sheet says, written onto the copy: a picture of its own has no style sheet.
const LOOKS = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
  "stroke-linecap", "opacity", "font-size", "font-weight", "vector-effect",
];
const AROUND = 24;
const SHARP = 2; // pixels of the picture for each pixel of the screen

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

/** The same element with its looks as attributes. */
function painted(original) {
  const copy = original.cloneNode(true);
  const from = [original, ...original.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((one, i) => {
    const looks = getComputedStyle(one);
    if (looks.display === "none") to[i].setAttribute("display", "none");
    for (const look of LOOKS) to[i].setAttribute(look, looks.getPropertyValue(look));
  });
  return copy;
}

function words(text, x, y, from, extra = {}) {
  const looks = getComputedStyle(from);
  return element("text", {
    x, y, fill: looks.color, "font-size": looks.fontSize, "font-weight": looks.fontWeight, ...extra,
  }, text);
}

/** The legend's entries in rows that fit; returns how far down they reach. */
function drawLegend(picture, list, width, top, along) {
  let [used, y] = [0, top];
  for (const entry of list.querySelectorAll("li")) {
    const wide = entry.getBoundingClientRect().width;
    if (used && used + wide > width) [used, y] = [0, y + 22];
    const key = entry.querySelector("svg");
    const mark = painted(key);
    const keyWide = Number(key.getAttribute("width"));
    mark.setAttribute("x", along.right ? AROUND + width - used - keyWide : AROUND + used);
    mark.setAttribute("y", y - 9);
    const text = along.right ? AROUND + width - used - keyWide - 6 : AROUND + used + keyWide + 6;
    picture.append(mark, words(entry.textContent.trim(), text, y, entry, along.attributes));
    used += wide + 16;
  }
  return y + 18;
}

/** The whole picture as one SVG. */
function compose(drawing) {
  const card = drawing.closest(".panel") ?? drawing.parentElement;
  const right = getComputedStyle(card).direction === "rtl";
  const looks = getComputedStyle(drawing);
  const room = [looks.paddingLeft, looks.paddingRight].map(Number.parseFloat);
  const box = drawing.getBoundingClientRect();
  const inner = box.width - room[0] - room[1];
  const width = Math.round(box.width + 2 * AROUND);
  const picture = element("svg", { xmlns: SVG, "font-family": "system-ui, sans-serif" });
  const along = { right, attributes: { direction: right ? "rtl" : "ltr", "text-anchor": "start" } };
  const begin = right ? width - AROUND : AROUND;

  const ground = element("rect", { width: "100%", height: "100%" });
  ground.setAttribute("fill", getComputedStyle(card).backgroundColor);
  picture.append(ground);
  let y = AROUND + 12;
  for (const line of card.querySelectorAll(".chart-head :is(h2, h3, h4, p)")) {
    picture.append(words(line.textContent, begin, y, line, along.attributes));
    y += 22;
  }
  for (const list of card.querySelectorAll(".legend")) {
    y = drawLegend(picture, list, box.width, y + 4, along);
  }
  const copy = painted(drawing);
  copy.setAttribute("x", AROUND + room[0]);
  copy.setAttribute("y", y);
  copy.setAttribute("width", inner);
  copy.setAttribute("height", box.height);
  copy.setAttribute("overflow", "visible");
  if (right && drawing.matches(".meter")) {
    const turned = element("g", { transform: `translate(${width} 0) scale(-1 1)` });
    turned.append(copy);
    picture.append(turned);
  } else {
    picture.append(copy);
  }
  const height = Math.round(y + box.height + AROUND);
  picture.setAttribute("width", width);
  picture.setAttribute("height", height);
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return { picture, width, height };
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

register("chart-png", async (button) => {
  const key = button.dataset.chart;
  const { picture, width, height } = compose(document.getElementById(`drawing-${key}`));
  const text = new XMLSerializer().serializeToString(picture);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * SHARP, height * SHARP];
  const pen = canvas.getContext("2d");
  pen.scale(SHARP, SHARP);
  pen.drawImage(image, 0, 0);
  URL.revokeObjectURL(address);
  canvas.toBlob((blob) => save(blob, `${key}.png`), "image/png");
});
