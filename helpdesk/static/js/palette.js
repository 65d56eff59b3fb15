// The command palette: places from the server's list, and every key of the page by its name. Enter without a match
// sends the form, which searches. A combobox: the focus stays in the field, aria-activedescendant says what is chosen.
import { commands, nameOf } from "./keys.js";
import { open } from "./menus.js";

const MOST = 12;
const SAME = { ي: "ی", ى: "ی", ك: "ک", ة: "ه", أ: "ا", إ: "ا", "\u200c": "" };
const box = () => document.getElementById("palette");
const field = () => document.getElementById("palette-q");
const list = () => document.getElementById("palette-list");
let offers = [];
let at = -1;

const plain = (words) => words.toLocaleLowerCase().replace(/[يىكةأإ\u200c]/g, (letter) => SAME[letter]);

function gather() {
  const places = [...box().querySelectorAll("[data-palette] a")].map((link) => ({ label: link.textContent.trim(), go: () => location.assign(link.href) }));
  const acts = commands().filter(({ element }) => !box().contains(element) && element.dataset.dialog !== "palette");
  return [...acts.map(({ label, key, act }) => ({ label, key, go: act })), ...places];
}

function option(offer, number) {
  const line = document.createElement("div");
  line.className = "menu-item";
  line.id = `palette-${number}`;
  line.setAttribute("role", "option");
  line.append(offer.label);
  if (offer.key) {
    const sign = document.createElement("kbd");
    sign.textContent = offer.key;
    line.append(sign);
  }
  line.addEventListener("click", () => take(number));
  return line;
}

function choose(number) {
  at = number;
  [...list().children].forEach((line, each) => line.setAttribute("aria-selected", String(each === at)));
  list().children[at]?.scrollIntoView({ block: "nearest" });
  if (at >= 0) field().setAttribute("aria-activedescendant", `palette-${at}`);
  else field().removeAttribute("aria-activedescendant");
}

function narrow() {
  const words = plain(field().value).split(/\s+/).filter(Boolean);
  const seen = new Set();
  offers = gather().filter(({ label }) => {
    const fits = words.every((word) => plain(label).includes(word)) && !seen.has(label);
    seen.add(label);
    return fits;
  }).slice(0, MOST);
  list().replaceChildren(...offers.map(option));
  choose(offers.length ? 0 : -1);
}

function take(number) {
  const offer = offers[number];
  box().close();
  offer.go();
}

function onKey(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && offers.length) {
    event.preventDefault();
    choose((at + step + offers.length) % offers.length);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    take(at);
  } else if (event.key === "Escape") {
    // Elsewhere Escape leaves the field; here it closes.
    event.preventDefault();
    box().close();
  }
}

// Its button is hidden on narrow pages, also on a wide screen that is zoomed: the key works all the same.
function onShortcut(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey || nameOf(event) !== "Mod+k" || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  open(box());
}

/** Wires the palette if the page has one; it is opened as every dialog is. */
export function startPalette() {
  if (!box()) return;
  document.addEventListener("dialog:open", (event) => {
    if (event.target !== box()) return;
    field().value = "";
    narrow();
  });
  document.addEventListener("keydown", onShortcut);
  // Where nothing was focused before, the closed field would go on taking keys for a moment.
  box().addEventListener("close", () => { if (document.activeElement === field()) field().blur(); });
  field().addEventListener("input", narrow);
  field().addEventListener("keydown", onKey);
}
