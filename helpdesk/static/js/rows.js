// A list with keys: [data-rows] holds links [data-row]. j/k move, Enter opens (it is a link), x ticks the row's box.
import { nameOf } from "./keys.js";

const list = () => document.querySelector("[data-rows]");
const links = () => [...(list()?.querySelectorAll("[data-row]") ?? [])].filter((row) => row.checkVisibility());
const boxOf = (row) => row?.closest(".row, li")?.querySelector("input[type=checkbox]");

function current() {
  const rows = links();
  const at = rows.findIndex((row) => row === document.activeElement || row.closest(".row, li")?.contains(document.activeElement));
  return at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
}

function move(by) {
  const rows = links();
  const row = rows[Math.max(0, Math.min(rows.length - 1, current() + by))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function tick(extend) {
  const rows = links();
  const at = current();
  const box = boxOf(rows[at]);
  if (!box) return;
  box.click();
  if (extend) move(1);
}

const KEYS = { j: () => move(1), k: () => move(-1), x: () => tick(false), "Shift+j": () => tick(true) };

function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !list()) return;
  if (document.documentElement.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return;
  const act = KEYS[nameOf(event)];
  if (!act) return;
  event.preventDefault();
  act();
}

function countTicked() {
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  const number = document.querySelectorAll("[data-rows] input[type=checkbox]:checked").length;
  bulk.hidden = number === 0;
  const persian = document.documentElement.lang === "fa";
  const digits = persian ? String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(number);
  bulk.querySelectorAll("[data-bulk-count]").forEach((place) => { place.textContent = digits; });
}

/** Wires every [data-rows] list and its bulk bar ([data-bulk], shown while rows are ticked). */
export function startRows() {
  countTicked();
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", countTicked);
  document.addEventListener("htmx:afterSettle", countTicked);
}
