// Files that are about to be sent: named and removable, chosen by click, drop or paste. Without this script the
// browser's own chooser stands in the form.
import { text } from "./texts.js";

const FIELD = "[data-files] input[type=file]";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const shown = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang || undefined, shown).format(bytes / 1024 ** step);
}

function hold(input, files) {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
  show(input);
}

function line(input, file) {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  const button = document.createElement("button");
  item.className = "file";
  name.textContent = file.name;
  button.type = "button";
  button.className = "btn quiet small icon-only";
  button.textContent = "×";
  button.setAttribute("aria-label", `${text("unfile")} ${file.name}`);
  button.addEventListener("click", () => {
    hold(input, [...input.files].filter((other) => other !== file));
    input.focus();
  });
  item.append(name, ` ${size(file.size)}`, button);
  return item;
}

function show(input) {
  const place = input.closest(".composer-foot") ?? input.closest("[data-files]");
  const list = input.form.querySelector(".chosen") ?? document.createElement("ul");
  list.className = "files chosen";
  list.replaceChildren(...[...input.files].map((file) => line(input, file)));
  place.before(list);
}

function given(event, files) {
  const input = event.target.closest?.("form")?.querySelector(FIELD);
  if (!input || !files?.length) return;
  event.preventDefault();
  hold(input, input.multiple ? [...input.files, ...files] : [files[0]]);
}

/** Starts every `data-files` of this page and of what htmx brings later. */
export function startFiles() {
  document.addEventListener("change", ({ target }) => { if (target.matches(FIELD)) show(target); });
  document.addEventListener("reset", ({ target }) => target.querySelector(".chosen")?.remove());
  document.addEventListener("dragover", (event) => { if (event.target.closest?.("form")?.querySelector(FIELD)) event.preventDefault(); });
  document.addEventListener("drop", (event) => given(event, event.dataTransfer?.files));
  document.addEventListener("paste", (event) => given(event, event.clipboardData?.files));
}
