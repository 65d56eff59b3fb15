// Shortcuts. An element declares its key: data-key="r", "Shift+n", "g q", "Mod+Enter" (Mod = Ctrl or Command).
// Fields get focus, everything else is clicked. Works under a Persian layout; never with Alt or AltGr.
import { text } from "./texts.js";

const CODES = {
  Slash: ["/", "?"], Period: [".", ">"], Comma: [",", "<"], BracketLeft: ["[", "{"], BracketRight: ["]", "}"],
  Backslash: ["\\", "|"], Quote: ["'", '"'], Semicolon: [";", ":"], Minus: ["-", "_"], Equal: ["=", "+"],
};
const EDITABLE = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable=true]";
const WAIT = 1000;
let waiting = "";
let timer = 0;

function codeToKey({ code, shiftKey, key }) {
  if (/^Key[A-Z]$/.test(code)) return code[3].toLowerCase();
  if (/^Digit\d$/.test(code)) return code[5];
  return CODES[code]?.[shiftKey ? 1 : 0] ?? key;
}

/** How an event is written in data-key. */
export function nameOf(event) {
  const ascii = /^[\x21-\x7e]$/.test(event.key);
  const one = ascii || event.key.length === 1;
  const key = ascii ? event.key.toLowerCase() : one ? codeToKey(event) : event.key;
  const shifted = event.shiftKey && (key.length > 1 || /[a-z0-9]/.test(key));
  return `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${shifted ? "Shift+" : ""}${key}`;
}

function reachable(element) {
  const dialog = document.querySelector("dialog[open]");
  return !element.disabled && element.checkVisibility() && (!dialog || dialog.contains(element));
}

function declared() {
  return [...document.querySelectorAll("[data-key]")].filter(reachable);
}

function find(name, editable) {
  const all = declared().filter((element) => element.dataset.key.split("|").includes(name));
  const form = document.activeElement?.closest("form");
  // In a list whose rows have the same keys, the row in focus is meant.
  const row = document.activeElement?.closest("[data-rows] > *");
  return all.find((element) => editable && form?.contains(element)) ?? all.find((element) => row?.contains(element)) ?? all[0];
}

function act(element) {
  if (!element.matches(EDITABLE)) return element.click();
  element.focus();
  if (element.matches("input")) element.select();
}

function press(event, name, editable) {
  const element = find(name, editable);
  if (!element) return false;
  event.preventDefault();
  act(element);
  return true;
}

function sequence(event, name) {
  const both = waiting && `${waiting} ${name}`;
  waiting = "";
  clearTimeout(timer);
  if (both && press(event, both)) return true;
  if (!declared().some((element) => element.dataset.key.split("|").some((key) => key.startsWith(`${name} `)))) return false;
  waiting = name;
  timer = setTimeout(() => { waiting = ""; }, WAIT);
  return true;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.getModifierState?.("AltGraph")) return;
  const editable = event.target.matches?.(EDITABLE);
  const mod = event.ctrlKey || event.metaKey;
  if (event.key === "Escape" && editable) return event.target.blur();
  if (editable && !mod) return;
  if (!mod && document.documentElement.dataset.shortcuts === "off") return;
  const name = nameOf(event);
  // Enter on a link or a button is the browser's; as a shortcut it is for a page where nothing of the kind is focused.
  if (name === "Enter" && document.activeElement?.closest("a, button, summary, input, select, textarea, label, dialog")) return;
  if (name === "?" && openSheet(event)) return;
  if (!mod && sequence(event, name)) return;
  press(event, name, editable);
}

const written = (key) => key.replaceAll("Mod", "Ctrl").replace("Escape", "Esc").replace(/(^|[ +])([a-z])(?=$| )/g, (_, a, b) => a + b.toUpperCase());

function labelOf(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd, .count").forEach((part) => part.remove());
  return (copy.textContent || element.labels?.[0]?.textContent || "").trim().replace(/\s+/g, " ");
}

function line(key, label) {
  const item = document.createElement("li");
  const word = document.createElement("span");
  const sign = document.createElement("kbd");
  sign.className = "always";
  word.textContent = label;
  sign.textContent = written(key);
  item.append(word, sign);
  return item;
}

function openSheet(event) {
  const sheet = document.getElementById("shortcut-sheet");
  if (!sheet || document.querySelector("dialog[open]")) return false;
  event?.preventDefault();
  fillSheet(sheet);
  sheet.showModal();
  return true;
}

/** What the page can do just now by key: its name, its key as written, and how to do it. */
export function commands() {
  return declared().map((element) => ({
    element, label: labelOf(element), key: written(element.dataset.key.split("|")[0]), act: () => act(element),
  }));
}

/** Lists every key of the page, once. */
export function fillSheet(sheet) {
  const seen = new Map(declared().map((element) => [element.dataset.key.split("|")[0], labelOf(element)]));
  if (document.querySelector("[data-rows]")) {
    for (const [key, name] of [["j", "next"], ["k", "previous"], ["x", "select"]]) seen.set(key, text(name));
  }
  if (document.querySelector("main.panes")) {
    for (const [key, name] of [["\\", "paneList"], ["|", "paneSide"], ["F6", "paneWalk"]]) seen.set(key, text(name));
  }
  seen.set("Escape", text("escape")).set("?", text("sheet"));
  sheet.querySelector("[data-keys]").replaceChildren(...[...seen].map(([key, label]) => line(key, label)));
}

function announceKeys(root) {
  root.querySelectorAll?.("[data-key]:not([aria-keyshortcuts])").forEach((element) => {
    const keys = element.dataset.key.split("|").filter((key) => !key.includes(" "));
    if (keys.length) element.setAttribute("aria-keyshortcuts", keys.join(" ").replaceAll("Mod", "Control"));
  });
}

/** Listens for keys; marks every element that has one. */
export function startKeys() {
  document.addEventListener("keydown", onKey);
  announceKeys(document);
  document.addEventListener("htmx:load", (event) => announceKeys(event.target));
  document.addEventListener("dialog:open", (event) => { if (event.target.id === "shortcut-sheet") fillSheet(event.target); });
}
