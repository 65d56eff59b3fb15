// The chat page: several rooms at once, each with its own words. What is typed stays in its own box, is kept in this tab
// at once and on the server after two seconds; nothing that arrives ever replaces a box.
import { startCanned } from "./canned.js";
import { chime, isOn, turn } from "./chime.js";
import { hint, send } from "./live.js";
import { forgetOthers, keep, kept } from "./stash.js";
import { announce, toast } from "./toast.js";

const SAVE_AFTER = 2000;
const HEARTBEAT = 15000;
const TYPING_EVERY = 3000;
const TYPING_FOR = 6000;
const HOLD = 700;
const SPLIT = "chat-split";
const floor = document.getElementById("rooms");
const order = [];
const state = new WeakMap();
const asked = new Set();

const rooms = () => [...floor.querySelectorAll("[data-room]")];
const roomOf = (number) => floor.querySelector(`[data-room="${number}"]`);
const box = (room) => room.querySelector("[data-say] textarea");
const log = (room) => room.querySelector("[data-lines]");
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

function of(room) {
  if (!state.has(room)) state.set(room, { saved: box(room)?.defaultValue ?? "", last: 0, typed: 0 });
  return state.get(room);
}

function post(address, values, keepalive = false) {
  return fetch(address, { method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": token() }, keepalive });
}

// ---- which rooms are shown ----

function split() {
  try { return Number(localStorage.getItem(SPLIT)) || 2; } catch { return 2; }
}

function fitting() {
  if (matchMedia("(min-width: 100em)").matches) return split();
  if (matchMedia("(min-width: 75em)").matches) return Math.min(2, split());
  return 1;
}

function arrange() {
  oneOfEach();
  const most = fitting();
  const known = rooms();
  for (const room of known) if (!order.includes(room.dataset.room)) order.push(room.dataset.room);
  const aside = known.filter((room) => room.dataset.aside !== undefined).map((room) => room.dataset.room);
  const shown = order.filter((number) => roomOf(number) && !aside.includes(number)).slice(0, most);
  floor.dataset.split = String(split());
  floor.dataset.shown = String(Math.min(most, shown.length));
  for (const room of known) {
    const was = room.hidden;
    room.hidden = !shown.includes(room.dataset.room);
    if (was && !room.hidden) toEnd(room);
  }
  for (const link of document.querySelectorAll("[data-open-room]")) {
    const here = shown.includes(link.dataset.openRoom);
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const button of document.querySelectorAll("[data-split]:not(#rooms)")) button.setAttribute("aria-pressed", String(Number(button.dataset.split) === split()));
}

function bring(number, focus = true) {
  const room = roomOf(number);
  if (!room) return false;
  delete room.dataset.aside;
  // Who is shown already stays where they are; else the room comes first and the last one gives way.
  if (room.hidden || !order.includes(String(number))) {
    const at = order.indexOf(String(number));
    if (at >= 0) order.splice(at, 1);
    order.unshift(String(number));
  }
  arrange();
  if (focus) (box(room) ?? room).focus();
  return true;
}

async function fetchRoom(number) {
  await window.htmx.ajax("GET", `/desk/chats/${number}/`, { target: "#rooms", swap: "afterbegin" });
  begin(roomOf(number));
  return bring(number);
}

// A chat that was taken has a new room; one that only watched it wait gives way.
function taken(number) {
  asked.add(String(number));
  roomOf(number).dataset.fresh = "";
  arrange();
  begin(roomOf(number));
  bring(number);
}

// Two ways may bring the same room at once. The one that was just taken stays, else the one with words in it.
function oneOfEach() {
  for (const number of new Set(rooms().map((room) => room.dataset.room))) {
    const same = rooms().filter((room) => room.dataset.room === number);
    const worth = (room) => 4 * Number(Boolean(box(room)?.value.trim())) + 2 * Number(room.dataset.fresh !== undefined) + Number(Boolean(of(room).begun));
    same.sort((one, other) => worth(other) - worth(one)).slice(1).forEach((room) => room.remove());
  }
}

function openFromAddress() {
  const number = location.hash.match(/^#chat-(\d+)$/)?.[1];
  if (number && !bring(number)) fetchRoom(number).catch(() => {});
}

// A chat that came to me by a hand-over gets its room by itself; one that was taken away keeps it, and says so.
function follow() {
  for (const link of document.querySelectorAll("[data-open-room]")) {
    const number = link.dataset.openRoom;
    if (!roomOf(number) && !asked.has(number)) {
      asked.add(number);
      window.htmx.ajax("GET", `/desk/chats/${number}/`, { target: "#rooms", swap: "beforeend" }).then(() => { if (roomOf(number)) begin(roomOf(number)); arrange(); });
    }
  }
  arrange();
}

// ---- words ----

const stash = (room, text) => keep(room.dataset.me, room.dataset.room, "reply", text);

async function save(room, leaving = false) {
  const mine = of(room);
  clearTimeout(mine.timer);
  const text = box(room)?.value ?? "";
  if (!box(room) || mine.saved === text) return;
  mine.saved = text;
  mine.saving = (mine.saving ?? 0) + 1;
  try {
    const answer = await post(room.dataset.draft, { mode: "reply", body: text }, leaving);
    const taken = answer.ok && !answer.redirected;
    if (!taken) mine.saved = undefined;
    if (taken && box(room)?.value === text) stash(room, "");
    const line = room.querySelector("[data-draft-state]");
    if (taken && line) line.textContent = text.trim() ? line.dataset.draftState : "";
  } catch {
    mine.saved = undefined;
  } finally {
    mine.saving -= 1;
  }
}

function typed(room) {
  const mine = of(room);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => save(room), SAVE_AFTER);
  stash(room, box(room).value);
  if (box(room).value.trim() && Date.now() - mine.typed > TYPING_EVERY && send({ typing: `ticket.${room.dataset.room}` })) mine.typed = Date.now();
  tell(room);
}

function tell(room, force = false) {
  if (document.hidden || room.hidden) return;
  const mine = of(room);
  const mode = document.activeElement === box(room) && box(room)?.value.trim() ? "replying" : "viewing";
  if (!force && mine.mode === mode) return;
  mine.mode = mode;
  post(room.dataset.presence, { mode }).catch(() => {});
}

// What was sent leaves the box; what was typed meanwhile stays.
function sent(room) {
  const mine = of(room);
  const field = box(room);
  const text = mine.sending ?? "";
  if (field) field.value = field.value.startsWith(text) ? field.value.slice(text.length).trimStart() : field.value;
  const files = room.querySelector("[data-say] input[type=file]");
  if (files?.value) {
    files.value = "";
    files.dispatchEvent(new Event("change", { bubbles: true }));
  }
  // Sending took the draft away on the server too, unless one was just being written there.
  mine.saved = mine.saving ? undefined : "";
  stash(room, field?.value ?? "");
  save(room);
  toEnd(room);
  room.querySelector("[data-typing]").hidden = true;
}

// ---- what arrives ----

function toEnd(room) {
  const lines = log(room);
  if (lines) lines.scrollTop = lines.scrollHeight;
}

function newest(room) {
  return [...room.querySelectorAll("[data-lines] [data-seq]")].at(-1);
}

const figure = (room, name) => parseInt(room.querySelector(`#${name}-${room.dataset.room}`)?.value ?? "0", 10);

// A hint about a message that is here already asks for nothing. While our own answer is under way it brings what the
// hint is about; the hint waits for it, but not for long.
function asks(room, { type, detail }) {
  const said = type.startsWith("hint:ticket") ? detail?.said ?? Infinity : Infinity;
  if (said <= figure(room, "seen")) return false;
  const mine = of(room);
  if (!mine.busy || detail?.held) return true;
  mine.held = Math.max(mine.held ?? 0, said);
  clearTimeout(mine.holding);
  mine.holding = setTimeout(() => release(room), HOLD);
  return false;
}

function release(room) {
  const mine = of(room);
  clearTimeout(mine.holding);
  if (mine.held) hint(`ticket.${room.dataset.room}`, { said: mine.held, held: true });
  mine.held = 0;
}

// Two answers may bring the same message, or the older one come later: each message once, in its order.
function merge(room) {
  const found = new Map();
  for (const line of log(room).querySelectorAll(":scope > [data-seq]")) {
    found.get(line.dataset.seq)?.replaceWith(line);
    found.set(line.dataset.seq, line);
  }
  const lines = [...log(room).querySelectorAll(":scope > [data-seq]")];
  const sorted = [...lines].sort((one, other) => Number(one.dataset.seq) - Number(other.dataset.seq));
  if (sorted.some((line, index) => line !== lines[index])) log(room).append(...sorted);
  [...log(room).querySelectorAll(".msg-foot")].slice(0, -1).forEach((foot) => foot.remove());
  if (figure(room, "v") < of(room).version) hint(`ticket.${room.dataset.room}`);
}

function arrived(room) {
  const last = newest(room);
  const seq = Number(last?.dataset.seq ?? 0);
  const mine = of(room);
  if (seq > mine.last && mine.last && last.dataset.kind !== "out") {
    if (last.dataset.kind === "in") room.querySelector("[data-typing]").hidden = true;
    if (room.hidden || document.hidden || !room.contains(document.activeElement)) chime();
    const name = room.querySelector("h2 bdi").textContent;
    announce(`${floor.dataset.seen} ${name}: ${last.querySelector(".msg-body")?.textContent.trim().slice(0, 200) ?? ""}`);
  }
  mine.last = seq;
}

function typing({ type, detail }) {
  const room = roomOf(type.split(".").at(-1));
  const line = room?.querySelector("[data-typing]");
  if (!line) return;
  clearTimeout(of(room).typing);
  line.hidden = !detail.on;
  line.querySelector("[data-preview]").textContent = detail.text ?? "";
  of(room).typing = setTimeout(() => { line.hidden = true; }, TYPING_FOR);
}

function begin(room) {
  const mine = of(room);
  if (mine.begun) return;
  mine.begun = true;
  mine.last = Number(newest(room)?.dataset.seq ?? 0);
  document.body.addEventListener(`hint:typing.${room.dataset.room}`, typing);
  const text = box(room) ? kept(room.dataset.me, room.dataset.room, "reply") : "";
  if (text && text !== box(room).value) {
    box(room).value = text;
    save(room);
  }
  toEnd(room);
  tell(room, true);
}

function onClick({ target }) {
  const link = target.closest("[data-open-room]");
  const size = target.closest("button[data-split]");
  const aside = target.closest("[data-close-room]");
  if (size) {
    try { localStorage.setItem(SPLIT, size.dataset.split); } catch { /* then it is two again next time */ }
    arrange();
  } else if (aside) {
    const room = aside.closest("[data-room]");
    save(room);
    room.dataset.aside = "";
    arrange();
    document.getElementById("chats-title")?.focus();
  } else if (target.closest("[data-chime]")) {
    turn(!isOn());
    showChime();
    chime();
  } else if (link) return link;
  return null;
}

function showChime() {
  document.querySelector("[data-chime]")?.setAttribute("aria-pressed", String(isOn()));
}

function leave() {
  for (const room of rooms()) {
    save(room, true);
    if (!room.hidden) post(room.dataset.presence, { mode: "gone" }, true).catch(() => {});
  }
}

function start() {
  floor.addEventListener("input", ({ target }) => { const room = target.closest("[data-room]"); if (room && target === box(room)) typed(room); });
  floor.addEventListener("focusin", ({ target }) => { const room = target.closest("[data-room]"); if (room) tell(room); });
  floor.addEventListener("focusout", ({ target }) => { const room = target.closest("[data-room]"); if (room && target === box(room)) { save(room); setTimeout(() => tell(room)); } });
  document.addEventListener("click", (event) => {
    const link = onClick(event);
    if (!link) return;
    event.preventDefault();
    if (!bring(link.dataset.openRoom)) fetchRoom(link.dataset.openRoom).catch(() => location.assign(link.href));
  });
  document.addEventListener("htmx:beforeRequest", ({ target }) => { const room = target.closest?.("[data-room]"); if (room && target.matches("[data-say]")) { clearTimeout(of(room).timer); Object.assign(of(room), { sending: box(room).value, busy: true }); } });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { target, detail } = event;
    const trigger = detail.requestConfig?.triggeringEvent;
    if (!trigger?.type?.startsWith("hint:")) return;
    const room = target.closest?.("[data-room]");
    // The list brings the link in the bar along.
    if (room && target === log(room) ? !asks(room, trigger) : target.id === "chats-link" && trigger.type !== "hint:poll") event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => { const room = target.closest?.("[data-room]"); if (room && target.matches("[data-say]")) { of(room).busy = false; if (detail.successful) sent(room); release(room); } });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { const room = detail.target.closest?.("[data-room]"); if (room && detail.target === log(room)) Object.assign(of(room), { version: figure(room, "v"), atEnd: detail.target.scrollHeight - detail.target.scrollTop - detail.target.clientHeight < 120 }); });
  document.addEventListener("htmx:afterSwap", ({ detail }) => { const room = detail.target.closest?.("[data-room]"); if (room && detail.target === log(room)) merge(room); });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const room = detail.target.closest?.("[data-room]");
    if (room && detail.target === log(room)) { if (of(room).atEnd) toEnd(room); arrived(room); }
    if (detail.target.id === "chat-list") follow();
  });
  document.body.addEventListener("hint:whisper", () => { toast(floor.dataset.whisper, "info"); chime(); });
  document.addEventListener("room:taken", ({ detail }) => taken(detail.number));
  addEventListener("hashchange", openFromAddress);
  addEventListener("resize", arrange);
  addEventListener("pagehide", leave);
  setInterval(() => rooms().forEach((room) => tell(room, true)), HEARTBEAT);
  startCanned();
  showChime();
  if (rooms()[0]) forgetOthers(rooms()[0].dataset.me);
  rooms().forEach(begin);
  if (floor.dataset.focusRoom) bring(floor.dataset.focusRoom, false);
  arrange();
  // The browser goes to the address's place itself once all is loaded; the answer box is ours to go to after that.
  if (document.readyState === "complete") openFromAddress();
  else addEventListener("load", () => setTimeout(openFromAddress));
}

if (floor) start();
