// Hints over a WebSocket: they say that something changed, htmx then fetches it (hx-trigger="hint:ticket from:body").
// When the socket fails the page asks by itself every 5 s (hint:poll). HTTP stays the truth.
import { announce } from "./toast.js";
import { text } from "./texts.js";

const PING = 15000;
const DEAD = 35000;
const POLL = 5000;
const BANNER = 3000;
const SIGNED_OUT = 4401;
const LONGEST = 30000;
const FAILURES_BEFORE_POLLING = 3;
const ALIVE = "/healthz";
// Counters are fetched once for all that comes within this time.
const SELDOM = { calling: 2000 };
const state = { socket: null, failures: 0, heard: 0, reached: 0, watched: new Set(), unsure: [], wasOpen: false, timers: {}, again: {} };

/** Tells the page that `kind` happened: `hint:<kind>`, and with a number also `hint:<kind>.<number>`. */
export function hint(kind, detail = {}) {
  const names = detail.number === undefined ? [kind] : [kind, `${kind}.${detail.number}`];
  for (const name of names) document.body.dispatchEvent(new CustomEvent(`hint:${name}`, { detail }));
}

/** Sends to the server if the socket is open; a hint is never the only way to say something. */
export function send(message) {
  if (state.socket?.readyState !== WebSocket.OPEN) return false;
  state.socket.send(JSON.stringify(message));
  return true;
}

function seldom(kind, detail) {
  if (kind in state.again) { state.again[kind] = true; return; }
  hint(kind, detail);
  state.again[kind] = false;
  setTimeout(() => {
    const again = state.again[kind];
    delete state.again[kind];
    if (again) seldom(kind, detail);
  }, SELDOM[kind]);
}

function groups() {
  return [...document.querySelectorAll("[data-watch]")].flatMap((element) => element.dataset.watch.split(/\s+/)).filter(Boolean);
}

function watch() {
  const now = new Set(groups());
  const fresh = [...now].filter((group) => !state.watched.has(group));
  const gone = [...state.watched].filter((group) => !now.has(group));
  if (fresh.length && send({ watch: fresh })) {
    fresh.forEach((group) => state.watched.add(group));
    state.unsure.push(...fresh);
    send({ ping: 1 });
  }
  if (gone.length && send({ unwatch: gone })) gone.forEach((group) => state.watched.delete(group));
}

// What was watched is heard from now on (frames are answered in order); what happened since the page was made is not.
function onPong() {
  const groups = state.unsure.splice(0);
  groups.forEach((group) => hint(group));
  if (groups.length) document.documentElement.dataset.watching = [...state.watched].join(" ");
}

function banner(shown) {
  const element = document.querySelector("[data-offline-banner]");
  if (!element || element.hidden === !shown) return;
  element.hidden = !shown;
  if (!shown) announce(text("reconnected"));
}

function onOpen() {
  state.failures = 0;
  state.heard = Date.now();
  state.watched.clear();
  state.unsure.length = 0;
  document.documentElement.dataset.live = "on";
  clearTimeout(state.timers.banner);
  clearInterval(state.timers.poll);
  state.timers.banner = state.timers.poll = 0;
  banner(false);
  watch();
  if (state.wasOpen) hint("poll");
  state.wasOpen = true;
}

function onMessage({ data }) {
  state.heard = Date.now();
  const { kind, ...detail } = JSON.parse(data);
  if (kind === "pong") onPong();
  else if (kind in SELDOM) seldom(kind, detail);
  else if (kind) hint(kind, detail);
}

function onClose({ target, code }) {
  if (target !== state.socket) return;
  state.socket = null;
  state.failures += 1;
  document.documentElement.dataset.live = "off";
  if (Date.now() - state.reached > 2 * POLL) state.timers.banner ||= setTimeout(() => banner(true), BANNER);
  if (state.failures >= FAILURES_BEFORE_POLLING && !state.timers.poll) {
    state.timers.poll = setInterval(poll, POLL);
    poll();
  }
  // Signed out elsewhere: the server leads to the sign-in page. Never in a circle, never away from who is writing.
  const isWriting = document.activeElement?.matches("textarea, input");
  if (code === SIGNED_OUT && performance.now() > LONGEST / 3 && !isWriting) return location.reload();
  const wait = Math.min(2 ** (state.failures - 1) * 1000, LONGEST);
  clearTimeout(state.timers.retry);
  state.timers.retry = setTimeout(connect, wait * (0.75 + Math.random() / 2));
}

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch(ALIVE, { cache: "no-store" });
    if (!answer.ok) return;
    reachableAgain();
    hint("poll");
  } catch {
    banner(true);
  }
}

function connect() {
  clearTimeout(state.timers.retry);
  if (state.socket || !document.body.dataset.live) return;
  const address = new URL(document.body.dataset.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  state.socket = new WebSocket(address);
  state.socket.addEventListener("open", onOpen);
  state.socket.addEventListener("message", onMessage);
  state.socket.addEventListener("close", onClose);
}

function drop() {
  const socket = state.socket;
  if (!socket) return;
  socket.close();
  onClose({ target: socket, code: 0 });
}

function heartbeat() {
  if (state.socket?.readyState === WebSocket.OPEN && Date.now() - state.heard > DEAD) return drop();
  send({ ping: 1 });
}

function reachableAgain() {
  state.reached = Date.now();
  // HTTP answered, so we are not offline even if sockets are blocked on the way.
  clearTimeout(state.timers.banner);
  state.timers.banner = 0;
  banner(false);
}

/** Opens the socket if the page asks for it (data-live on body) and keeps it open. */
export function startLive() {
  if (!document.body.dataset.live) return;
  connect();
  setInterval(heartbeat, PING);
  addEventListener("online", () => { drop(); connect(); poll(); });
  addEventListener("offline", () => { banner(true); drop(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { drop(); connect(); hint("poll"); } });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !state.socket) connect(); });
  document.addEventListener("htmx:afterSettle", watch);
  document.addEventListener("htmx:afterOnLoad", () => { if (navigator.onLine) reachableAgain(); });
  document.addEventListener("htmx:sendError", () => banner(true));
}
