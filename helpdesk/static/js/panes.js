// Three panes: `\` hides and shows the list, `|` what stands beside; F6 and Shift+F6 walk from pane to pane.
import { nameOf } from "./keys.js";

const SIDES = { "\\": "no-list", "|": "no-side" };
const KEPT = "panes";
const panes = () => document.querySelector("main.panes");

function kept() {
  try { return JSON.parse(localStorage.getItem(KEPT) ?? "[]"); } catch { return []; }
}

function toggle(side) {
  const place = panes();
  if (!place) return false;
  place.classList.toggle(side);
  try {
    localStorage.setItem(KEPT, JSON.stringify(Object.values(SIDES).filter((name) => place.classList.contains(name))));
  } catch { /* a browser that keeps nothing still shows and hides */ }
  return true;
}

function walk(by) {
  const places = [...(panes()?.children ?? [])].filter((place) => place.checkVisibility());
  if (!places.length) return false;
  const at = places.findIndex((place) => place.contains(document.activeElement));
  const place = places[(at + by + places.length) % places.length] ?? places[0];
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  place.focus();
  return true;
}

function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.key === "F6") return walk(event.shiftKey ? -1 : 1) && event.preventDefault();
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return;
  const side = SIDES[nameOf(event)];
  if (side && toggle(side)) event.preventDefault();
}

/** Restores what was hidden and listens. */
export function startPanes() {
  if (panes()) kept().forEach((side) => panes().classList.add(side));
  document.addEventListener("keydown", onKey);
  // On a narrow page the list of views is one line that scrolls: the present one is in sight.
  const here = document.querySelector(".side-nav [aria-current]");
  here?.closest(".side-nav").scrollTo({ left: here.offsetLeft - here.closest(".side-nav").clientWidth / 2 + here.offsetWidth / 2 });
}
