// The ticket page: drafts that survive, presence, and a composer in two modes. Nothing here is needed to read or post.
import { startCanned } from "./canned.js";
import { startMentions } from "./mentions.js";
import { forgetOthers, keep, kept } from "./stash.js";
import { announce } from "./toast.js";
import { startWays } from "./ways.js";

const SAVE_AFTER = 2000;
const HEARTBEAT = 15000;
const pane = document.querySelector("[data-ticket]");
const composer = document.getElementById("composer");
const timeline = document.getElementById("timeline");
const timers = {};
const saved = {};
let mode = composer?.dataset.mode ?? "reply";

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
const form = (name) => composer.querySelector(`[data-compose=${name}]`);
const field = (name) => form(name)?.querySelector("textarea");

function post(address, values, keepalive = false) {
  return fetch(address, { method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": token() }, keepalive });
}

function present() {
  const typing = document.activeElement === field(mode) && field(mode)?.value.trim();
  if (!typing) return "viewing";
  return mode === "note" ? "noting" : "replying";
}

let told = "";
function tell(force = false) {
  const now = present();
  if (document.hidden || (!force && now === told)) return;
  told = now;
  post(pane.dataset.presence, { mode: now }).catch(() => {});
}

async function save(name, leaving = false) {
  clearTimeout(timers[name]);
  const text = field(name)?.value ?? "";
  if ((saved[name] ?? field(name)?.defaultValue ?? "") === text) return;
  saved[name] = text;
  try {
    const answer = await post(pane.dataset.draft, { mode: name, body: text }, leaving);
    const line = form(name)?.querySelector("[data-draft-state]");
    // A lost session answers with the sign-in page: that is no "saved".
    const taken = answer.ok && !answer.redirected;
    if (taken && field(name)?.value === text) stash(name, "");
    if (!taken) saved[name] = undefined;
    if (taken && line) line.textContent = text.trim() ? line.dataset.draftState : "";
  } catch {
    saved[name] = undefined;
  }
}

const stash = (name, text) => keep(pane.dataset.me, pane.dataset.ticket, name, text);

function takeUp(name) {
  const text = kept(pane.dataset.me, pane.dataset.ticket, name);
  if (!text || !field(name) || text === field(name).value) return;
  field(name).value = text;
  show(name, false);
  announce(composer.dataset.back);
  save(name);
}

function show(name, focus) {
  mode = composer.dataset.mode = name;
  for (const each of ["reply", "note"]) {
    form(each)?.toggleAttribute("data-away", each !== name);
    composer.querySelector(`[data-mode-switch=${each}]`)?.setAttribute("aria-pressed", String(each === name));
  }
  if (focus) field(name)?.focus();
}

function seeAll() {
  // Who begins to write has seen what stands above; who already writes has not.
  const seen = composer.querySelector("[data-seen]");
  const shown = document.getElementById("version")?.dataset.seq;
  if (seen && shown && !field("reply")?.value.trim()) seen.value = shown;
}

function atEnd() {
  return timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 120;
}

function toEnd() {
  timeline.scrollTop = timeline.scrollHeight;
}

let wasAtEnd = true;
const last = () => [...timeline.querySelectorAll(".msg")].at(-1);
let lastId = last()?.id;

function afterSwap() {
  if (wasAtEnd) toEnd();
  const newest = last();
  if (newest && newest.id !== lastId && newest.classList.contains("in")) announce(newest.querySelector(".msg-meta")?.textContent.replace(/\s+/g, " ").trim());
  lastId = newest?.id;
}

function start() {
  if (!location.hash) toEnd();
  composer.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-mode-switch]");
    if (button) show(button.dataset.modeSwitch, true);
  });
  composer.addEventListener("input", ({ target }) => {
    const name = target.closest("[data-compose]")?.dataset.compose;
    if (!name || target.tagName !== "TEXTAREA") return;
    clearTimeout(timers[name]);
    timers[name] = setTimeout(() => save(name), SAVE_AFTER);
    stash(name, target.value);
    tell();
  });
  composer.addEventListener("focusin", ({ target }) => { if (target === field("reply")) seeAll(); });
  composer.addEventListener("focusout", () => { save("reply"); save("note"); setTimeout(tell); });
  composer.addEventListener("submit", ({ target }) => clearTimeout(timers[target.dataset.compose]), true);
  composer.addEventListener("htmx:afterRequest", ({ detail, target }) => { if (detail.successful && target.dataset.compose) stash(target.dataset.compose, ""); });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target === timeline) wasAtEnd = atEnd();
    if (detail.target === composer) wasAtEnd = true;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target === timeline || detail.target === composer) afterSwap();
    if (detail.target === composer) { saved.reply = saved.note = undefined; show(composer.querySelector("[data-mode-switch][aria-pressed=true]")?.dataset.modeSwitch ?? "reply", false); tell(); }
  });
  document.addEventListener("keydown", ({ key, target }) => { if (key === "Escape" && composer.contains(target)) target.blur(); });
  addEventListener("pagehide", () => { save("reply", true); save("note", true); post(pane.dataset.presence, { mode: "gone" }, true).catch(() => {}); });
  setInterval(() => tell(true), HEARTBEAT);
  timeline.addEventListener("toggle", ({ target }) => { if (target.open && target.matches(".msg-menu")) target.querySelector(".menu-panel").scrollIntoView({ block: "nearest" }); }, true);
  forgetOthers(pane.dataset.me);
  startCanned();
  startMentions();
  startWays(composer);
  show(mode, false);
  takeUp("note");
  takeUp("reply");
  tell(true);
}

if (pane && composer && timeline) start();
