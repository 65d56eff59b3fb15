// The chat in its frame. Words come with the page (gettext), times and digits of messages from the server.
// It trusts messages of its parent window alone, and of one origin: the first that spoke (frame-ancestors chose it).
import { Talk, Refused } from "./talk.js";
import { bubble, echo, freshen, linkless, T, digits } from "./lines.js";

const $ = (id) => document.getElementById(id);
const root = document.documentElement, app = $("app"), log = $("log"), main = $("main"), text = $("text");
const key = root.dataset.key, locale = root.lang;
const framed = window.parent !== window;
const NARROW = 480, QUIET = 5e3, STALE = 3e5, STEADY = 3e4, TYPED = 3e3, HEARD = 6e3, MISSES = 3, MOST = 5;
const inTwo = (call, time) => setTimeout(call, time);
let host = "", given = {}, booted = null, fault = null, past = null, visible = !framed, greeting = "", bootedAt = 0, seen = 0, joined = "";
let tray = [], keeping = false, isContact = false, rated = false, wantsHuman = false, misses = 0;

// --- the page that holds us ---
const tell = (type, more) => host && window.parent.postMessage({ helpdesk: 1, type, ...more }, host);
const event = (name, detail = {}) => tell("event", { name, detail });
const shelf = `helpdesk:${key}`;
const own = (change) => {
  try {
    const was = JSON.parse(localStorage.getItem(shelf) || "{}");
    if (change) localStorage.setItem(shelf, JSON.stringify({ ...was, ...change }));
    return was;
  } catch (_) { return {}; }
};

const heard = {
  async boot(told) {
    tell("here");
    given = { token: told.token, identity: told.identity, page: told.page, consent: told.consent };
    if (told.colour) dye(told.colour);
    if (told.ending) await end(told.ending);
    start();
  },
  open({ focus }) {
    visible = true;
    if (booted && Date.now() - bootedAt > STALE) start();
    draw();
    toEnd();
    read();
    if (focus) aim();
  },
  close() { visible = false; shut(); },
  page(told) {
    if (told.colour) dye(told.colour);
    given.page = told.page;
    talk.page = told.page.url;
    if (talk.token) talk.call("POST", "page", { ...told.page, consent: told.consent }).catch(() => {});
  },
  track(told) {
    if (talk.token) talk.call("POST", "page", { url: told.page.url, title: told.name, consent: true }).catch(() => {});
  },
  identify({ identity }) { given.identity = identity; start(); },
  prefill({ text: words }) { text.value = words; grow(); },
  greet({ text: words }) { greeting = words; draw(); },
};
window.addEventListener("message", (message) => {
  const told = message.data;
  if (!framed || message.source !== window.parent || !told || told.helpdesk !== 1) return;
  if (host ? message.origin !== host : told.type !== "boot" || message.origin === "null") return;
  host = message.origin;
  if (Object.prototype.hasOwnProperty.call(heard, told.type)) heard[told.type](told);
});

// --- the conversation's line ---
const talk = new Talk(key, locale, {
  token(token) { given.token = token; if (framed) tell("token", { token }); else own({ token }); },
  chat: () => draw(),
  reload() { for (const one of [...lines().children]) if (one.dataset.seq) one.remove(); seen = talk.chat ? talk.chat.seen : 0; joined = ""; isContact = false; rated = false; draw(); },
  async lost() {
    if (Date.now() - bootedAt < QUIET) await new Promise((done) => inTwo(done, QUIET));
    talk.chat = null;
    await start();
  },
  messages(list) { for (const one of list) show(one); },
  sent(item, message) {
    event("message:sent");
    // Where there was another conversation, that one is an earlier one now.
    if (message) show(message); else { mark(item); if (talk.chat) start(); }
  },
  failed(item) { mark(item); announce(T.failed); },
  progress: (item) => mark(item),
  trying: () => notice(T.trying),
  typing(told) {
    $("typing").textContent = told.on === false ? "" : T.typing.replace("#", told.name || T.someone);
    $("typing").hidden = told.on === false;
    clearTimeout(talk.typed);
    talk.typed = inTwo(() => { $("typing").hidden = true; }, HEARD);
    if (told.on !== false) nearEnd(toEnd);
  },
  blocked(error) { notice(T.slow.replace("#", digits(Math.ceil(error.seconds || 10)))); },
  line(state) { $("bar").hidden = state !== "down"; if (state === "down") announce(T.down); },
  outbox: () => busy(),
});
const isOpen = () => Boolean(talk.chat && talk.chat.state !== "ended");
const busy = () => tell("busy", { busy: isOpen() || talk.outbox.some((one) => one.text) ? 1 : 0 });

let starting = 0, starter = 0;
async function start() {
  const mine = ++starting;
  clearTimeout(starter);
  try {
    const told = await talk.boot({ ...given, origin: host });
    if (mine !== starting) return;
    booted = told;
    fault = null;
    misses = 0;
    bootedAt = Date.now();
    settle();
  } catch (error) {
    if (mine === starting) unsettled(error);
  }
}

function settle() {
  dye(booted.colour);
  $("name").firstElementChild.textContent = booted.texts.name;
  tell("looks", { label: booted.texts.label, colour: booted.colour, position: booted.position });
  for (const name of ["contact-email", "leave-email", "mail-email", "keep-email", "email-field"]) if (!$(name).value) $(name).value = booted.visitor.email;
  for (const name of ["contact-name", "name-field"]) if (!$(name).value) $(name).value = booted.visitor.name;
  $("files").accept = booted.limits.types.join(",");
  $("preview-told").hidden = !booted.typing_preview;
  rows(booted.history);
  for (const item of talk.outbox) if (!line(item.id)) write(item);
  if (talk.lost.length) { notice(T.lost.replace("#", talk.lost.splice(0).join(T.comma))); talk.shelve(); }
  if (booted.identity === "required") event("identity:required");
  tell("ready");
  draw();
  busy();
  if (visible && !app.contains(document.activeElement)) aim();
  if (wantsHuman) { wantsHuman = false; notice(""); toHuman(); }
}

function unsettled(error) {
  bootedAt = Date.now();
  if (error.code === "bad_identity") {
    event("error", { code: "bad_identity" });
    if (error.reason === "expired") tell("expired");
    given.identity = null;
    notice(error.words);
    start();
    return;
  }
  const blocked = error.status === 429;
  misses += 1;
  if (blocked || error.isFinal || (booted === null && misses >= MISSES)) {
    const words = blocked ? T.blocked.replace("#", digits(error.seconds || 60)) : error.words || T.away;
    fault = { state: blocked ? "blocked" : "maintenance", words };
    event("error", { code: error.code || "unreachable" });
    tell("ready");
    draw();
  } else if (booted) talk.lineIs("down");
  else { $("connecting").textContent = T.trying; announce(T.trying); }
  clearTimeout(starter);
  if (!error.isFinal) starter = inTwo(start, error.seconds * 1e3 || talk.wait(talk.tries++));
}

async function end(token) {
  talk.token = token;
  await talk.insist("POST", "shutdown").catch(() => {});
  notice("");
  talk.token = "";
  talk.outbox = [];
  talk.shelve();
  given.token = "";
}

// --- what is shown ---
const PARTS = {
  connecting: ["connecting"], home: ["home", "past", "composer"], closed: ["home", "contact", "past"], required: ["contact"],
  queue: ["log", "queue", "keep", "composer"], live: ["log", "keep", "composer"], ended: ["log", "solved", "past", "composer"], rate: ["log", "rate", "past", "composer"],
  done: ["log", "done", "past", "composer"], past: ["back", "log"], blocked: ["fault"], maintenance: ["fault"],
};
const ALL = [...new Set(Object.values(PARTS).flat())];

function state() {
  if (fault) return fault.state;
  if (!booted) return "connecting";
  if (past) return "past";
  if (booted.identity === "required") return "required";
  const chat = talk.chat;
  if (!chat) return talk.outbox.length ? "live" : booted.office.open && !isContact ? "home" : "closed";
  if (chat.state !== "ended") return chat.state === "queued" ? "queue" : "live";
  if (chat.solved === null) return "ended";
  return chat.solved && (chat.rating === null || rated) ? "rate" : "done";
}

function draw() {
  const now = state(), chat = talk.chat, office = booted && booted.office;
  const changed = app.dataset.state !== now;
  app.dataset.state = now;
  for (const part of ALL) $(part).hidden = !PARTS[now].includes(part);
  if (!$("past-rows").childElementCount) $("past").hidden = true;
  if (fault) $("fault-text").textContent = fault.words;
  for (const one of document.querySelectorAll("[data-needs]")) one.hidden = !chat || (one.dataset.needs === "open" && !isOpen());
  if (office && !fault) drawOffice(now, chat, office);
  if (!chat || chat.at_end === null) { $("keep").hidden = true; keeping = false; } else if (!keeping) tick(chat.at_end);
  if (chat && chat.agent && chat.agent.name !== joined) arrive(chat.agent.name);
  const asks = now === "home" && booted.identity !== "verified" ? booted.ask : [];
  $("ask").hidden = !asks.length;
  for (const name of ["name", "email"]) {
    $(`ask-${name}`).hidden = !asks.includes(name);
    $(`ask-${name}`).querySelector(".must").hidden = !(booted && booted.must.includes(name));
    $(`${name}-field`).required = Boolean(booted && booted.must.includes(name));
  }
  if (changed) { main.scrollTop = PARTS[now].includes("log") ? main.scrollHeight : 0; busy(); tidyFocus(); }
  count();
}

function drawOffice(now, chat, office) {
  const away = (now === "queue" && !office.available) || (now === "live" && chat && !office.open);
  const next = office.next ? T.next.replace("#", office.next) : "";
  $("office").textContent = office.open ? (office.available ? T.here : T.soon) : next || T.closed;
  $("greeting").textContent = greeting || booted.texts.greeting;
  $("home-line").textContent = now === "closed" ? "" : office.available ? (booted.wait ? T.wait.replace("#", booted.wait.words) : "") : [booted.texts.away, next].filter(Boolean).join(" ");
  $("away").hidden = !away;
  $("away-text").textContent = booted.texts.away;
  $("away-next").textContent = next;
  $("away-promise").textContent = office.promise || "";
  $("contact-why").textContent = now === "required" ? T.required : isContact && office.open ? "" : [booted.texts.away, next].filter(Boolean).join(" ");
  $("contact-promise").textContent = office.promise || "";
  $("wait").textContent = now === "queue" ? T.number.replace("#", digits(chat.ahead + 1)) : now === "live" && chat && chat.agent ? T.with.replace("#", chat.agent.name) : "";
  if (now === "queue") queue(chat);
}

// The place is told at once; the waiting time at most every half minute, and a longer one is owned up to.
const told = { at: 0, low: 0, words: "" };
function queue(chat) {
  $("place").textContent = chat.ahead ? T.place.replace("#", digits(chat.ahead + 1)) : T.first;
  if (Date.now() - told.at > STEADY) {
    const longer = told.low && chat.wait && chat.wait.low > told.low;
    told.words = chat.wait ? (longer ? `${T.longer} ` : "") + T.wait.replace("#", chat.wait.words) : "";
    told.low = chat.wait ? chat.wait.low : 0;
    told.at = Date.now();
  }
  $("queue-wait").textContent = told.words;
}

function arrive(name) {
  joined = name;
  announce(T.joined.replace("#", name));
  event("agent:joined", { name });
}

function rows(list) {
  $("past-rows").replaceChildren(...list.map((one) => {
    const row = document.createElement("li"), button = document.createElement("button"), subject = document.createElement("bdi"), time = document.createElement("small");
    button.type = "button";
    subject.textContent = one.subject;
    time.textContent = one.at_words;
    button.append(subject, time);
    button.onclick = () => visit(one.id);
    row.append(button);
    return row;
  }));
}

// Looked at an earlier conversation, the open one waits aside and goes on there.
let turning = false;
async function visit(id) {
  if (turning || past) return;
  turning = true;
  let mine = null;
  const turn = (list) => {
    if (mine ? past !== mine : past || $("past").hidden) return false;
    if (!mine) {
      past = mine = document.createElement("div");
      mine.append(...log.childNodes);
      turning = false;
      notice("");
      draw();
      main.scrollTop = 0;
      $("back").focus();
    }
    log.append(...list.map((one) => bubble(one, talk.api)));
    return true;
  };
  try {
    await talk.earlier(id, turn);
  } catch (error) { notice(error.words || T.away); }
  if (!mine) turning = false;
}

// --- messages: only ever appended, each in its place by number ---
const lines = () => past || log;
const line = (id) => [...lines().children].find((one) => one.dataset.client === id);
const nearEnd = (call) => { if (main.scrollHeight - main.scrollTop - main.clientHeight < 160) requestAnimationFrame(call); };
const toEnd = () => { main.scrollTop = main.scrollHeight; };

function show(one) {
  const client = one.client_id.replace(/^v:/, "");
  const shown = [...lines().children];
  const was = shown.find((each) => Number(each.dataset.seq) === one.seq);
  const mine = client && line(client);
  const made = bubble(one, talk.api);
  if (client) made.dataset.client = client;
  if (was) was.replaceWith(made);
  else {
    if (mine) mine.remove();
    const after = shown.find((each) => each !== mine && (!each.dataset.seq || Number(each.dataset.seq) > one.seq));
    lines().insertBefore(made, after || null);
    if (past) { /* out of sight */ } else if (mine) toEnd(); else nearEnd(toEnd);
  }
  if (was || one.from === "visitor") return;
  $("typing").hidden = true;
  if (one.seq > seen) { event("message:received"); announce(`${one.name || T.us}: ${linkless(one)}`); }
  read();
}

function write(item) {
  lines().append(echo(item, talk));
  draw();
  toEnd();
}

function mark(item) {
  const was = line(item.id);
  if (was && !was.dataset.seq && !freshen(was, item, talk)) was.replaceWith(echo(item, talk));
}

function fresh() {
  return [...lines().children].filter((one) => Number(one.dataset.seq) > seen && one.dataset.from !== "visitor").length;
}

function count() {
  const unread = visible ? 0 : fresh();
  const words = (unread === 1 ? T.one : T.many).replace("#", digits(unread));
  tell("unread", { count: unread, shown: digits(unread > 99 ? "99+" : unread), words, fresh: T.fresh });
}

let reading = 0;
function read() {
  count();
  clearTimeout(reading);
  if (!visible || document.hidden || !talk.chat || past) return;
  const newest = Math.max(0, ...[...log.children].map((one) => Number(one.dataset.seq) || 0));
  if (newest <= seen) return;
  seen = newest;
  reading = inTwo(() => tellSeen(talk.chat.id, newest), 300);
}
// Untold, it would be mailed as unread.
function tellSeen(conversation, seq) {
  talk.call("POST", "seen", { conversation, seq }).catch((error) => {
    if (error.isFinal || error.isStale || seq !== seen) return;
    clearTimeout(reading);
    reading = inTwo(() => tellSeen(conversation, seq), error.seconds * 1e3 || QUIET);
  });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) { talk.sync(); read(); } });

let spoken = 0, pending = "";
function announce(words) {
  pending = pending ? `${pending} ${words}` : words;
  const left = spoken + QUIET - Date.now();
  clearTimeout(announce.timer);
  announce.timer = inTwo(() => { $("status").textContent = pending; pending = ""; spoken = Date.now(); }, Math.max(50, left));
}
function notice(words) {
  $("notice").textContent = words;
  $("notice").hidden = !words;
  if (words) announce(words);
}

// --- writing ---
const id = () => (crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join(""));
const grow = () => { text.style.blockSize = "auto"; text.style.blockSize = `${Math.min(text.scrollHeight + 2, 140)}px`; };
const wrong = (form, words, field) => {
  const place = form.querySelector(".wrong");
  place.textContent = words;
  place.hidden = !words;
  for (const one of form.querySelectorAll("input, textarea")) one.removeAttribute("aria-invalid");
  if (field) { field.setAttribute("aria-invalid", "true"); field.focus(); }
  return false;
};
const isMail = (field) => field.value.trim() && field.checkValidity();
function fits(form) {
  for (const field of form.querySelectorAll("input, textarea")) {
    if (field.type === "file" || field.closest("[hidden]")) continue;
    if (field.required && !field.value.trim()) return wrong(form, field.tagName === "TEXTAREA" ? T.empty : T.needed, field);
    if (field.type === "email" && field.value.trim() && !isMail(field)) return wrong(form, T.address, field);
  }
  wrong(form, "");
  return true;
}

$("composer").addEventListener("submit", (submit) => {
  submit.preventDefault();
  const words = text.value.trim();
  if (!words && !tray.length) { text.focus(); return; }
  if (!$("ask").hidden && !fits($("ask"))) return;
  notice("");
  $("composer-wrong").hidden = true;
  say({ id: id(), text: words, files: tray, name: $("name-field").value.trim(), email: $("email-field").value.trim() });
  text.value = "";
  tray = [];
  drawTray();
  grow();
  text.focus();
  talk.tell({ typing: false });
});
function say(item) {
  talk.page = (given.page || {}).url || "";
  write(item);
  talk.send(item);
  draw();
}
text.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Enter" && !pressed.shiftKey && !pressed.isComposing) { pressed.preventDefault(); $("composer").requestSubmit(); }
});
let typedAt = 0;
text.addEventListener("input", () => {
  grow();
  if (Date.now() - typedAt < TYPED) return;
  typedAt = Date.now();
  inTwo(() => { typedAt = 0; const words = text.value; talk.tell({ typing: words ? (booted && booted.typing_preview ? words.slice(0, 1000) : true) : false }); }, booted && booted.typing_preview ? TYPED / 3 : 0);
});

// --- files ---
function take(list) {
  const files = [...list], most = booted.limits.file_bytes;
  const all = [...tray, ...files.filter((one) => one.size <= most)], left = [];
  tray = [];
  for (const one of all) (tray.length < MOST && one.size <= most - tray.reduce((sum, each) => sum + each.size, 0) ? tray : left).push(one);
  const wrongs = [...files.filter((one) => one.size > most).map((one) => T.big.replace("#", one.name)), ...left.map((one) => T.left.replace("#", one.name))];
  $("composer-wrong").hidden = !wrongs.length;
  $("composer-wrong").textContent = wrongs.join(" ");
  drawTray();
  text.focus();
}
function drawTray() {
  $("tray").hidden = !tray.length;
  $("tray").replaceChildren(...tray.map((file) => {
    const row = document.createElement("li"), name = document.createElement("bdi"), off = document.createElement("button");
    name.textContent = file.name;
    off.type = "button";
    off.className = "plain";
    off.textContent = T.remove;
    off.setAttribute("aria-label", `${T.remove} ${file.name}`);
    off.onclick = () => { tray = tray.filter((one) => one !== file); drawTray(); text.focus(); };
    row.append(name, off);
    return row;
  }));
}
const writable = () => booted && !$("composer").hidden;
$("attach").onclick = () => $("files").click();
$("files").onchange = () => { take($("files").files); $("files").value = ""; };
text.addEventListener("paste", (paste) => { if (paste.clipboardData.files.length) { paste.preventDefault(); take(paste.clipboardData.files); } });
for (const kind of ["dragenter", "dragover"]) addEventListener(kind, (drag) => { drag.preventDefault(); $("drop").hidden = !writable() || !drag.dataTransfer.types.includes("Files"); });
addEventListener("dragleave", (drag) => { if (!drag.relatedTarget) $("drop").hidden = true; });
addEventListener("drop", (drag) => { drag.preventDefault(); $("drop").hidden = true; if (writable()) take(drag.dataTransfer.files); });

// --- a person, one tap from everywhere ---
$("human").onclick = toHuman;
let isAsking = false;
async function toHuman() {
  if (past) leavePast();
  if (fault) { $("fault").querySelector("a").focus(); announce($("fault-text").textContent); return; }
  if (!booted) { wantsHuman = true; notice(T.wanted); return; }
  if (isOpen()) { announce($("wait").textContent || $("place").textContent); toEnd(); text.focus(); return; }
  if (booted.identity === "required" || !booted.office.open) { isContact = true; draw(); aim(); return; }
  if (isAsking) return;
  isAsking = true;
  try {
    const told = await talk.insist("POST", "human", { client_id: id(), page_url: (given.page || {}).url });
    tried();
    booted.office = told.office;
    talk.take(told);
    text.focus();
  } catch (error) {
    if (error.isStale) { isAsking = false; wantsHuman = true; await talk.on.lost(); return; }
    isContact = true;
    notice(error.words || T.down);
    draw();
    aim();
  } finally {
    isAsking = false;
  }
}
const tried = () => { if ($("notice").textContent === T.trying) notice(""); };

$("contact").addEventListener("submit", (submit) => {
  submit.preventDefault();
  if (!fits($("contact"))) return;
  const item = { id: id(), text: $("contact-text").value.trim(), name: $("contact-name").value.trim(), email: $("contact-email").value.trim(), contact: true };
  if (booted.identity === "required") return void deliver(item);
  $("contact-text").value = "";
  notice(T.thanks.replace("#", item.email));
  say(item);
});
// Nobody knows whether what got no answer arrived: the same words go again under the same id.
let unsure = null, isDelivering = false;
async function deliver(item) {
  if (isDelivering) return;
  isDelivering = true;
  if (unsure && unsure.text === item.text) item.id = unsure.id;
  unsure = item;
  notice(T.sending);
  try {
    await talk.insist("POST", "contact", { client_id: item.id, text: item.text, name: item.name, email: item.email });
    unsure = null;
    if ($("contact-text").value.trim() === item.text) $("contact-text").value = "";
    notice(T.thanks.replace("#", item.email));
    event("message:sent");
  } catch (error) {
    notice("");
    wrong($("contact"), error.words || T.kept);
    if (error.isStale) await start();
  } finally {
    isDelivering = false;
  }
}

// --- queue, end, opinion ---
async function ask(path, data, form) {
  try {
    const told = await talk.insist("POST", path, { conversation: talk.chat && talk.chat.id, ...data }, path === "transcript" ? 1 : 3);
    tried();
    if (told && told.conversation) { talk.chat = told.conversation; draw(); }
    return true;
  } catch (error) {
    const words = error instanceof Refused && error.words ? error.words : T.undone;
    tried();
    if (form) wrong(form, words); else notice(words);
    return false;
  }
}
const shutLeave = () => { $("leave").hidden = true; wrong($("leave"), ""); $("leave-open").setAttribute("aria-expanded", "false"); $("leave-open").focus(); };
const shutMail = () => { $("mail").hidden = true; wrong($("mail"), ""); $("more").focus(); };
$("leave-cancel").onclick = shutLeave;
$("mail-cancel").onclick = shutMail;
$("leave-open").onclick = () => { const form = $("leave"); form.hidden = !form.hidden; $("leave-open").setAttribute("aria-expanded", !form.hidden); if (!form.hidden) $("leave-email").focus(); };
$("leave").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const email = $("leave-email").value.trim();
  if (!fits($("leave")) || !(await ask("leave", { email }, $("leave")))) return;
  shutLeave();
  if (!$("mail-email").value) $("mail-email").value = email;
  notice(T.thanks.replace("#", email));
});
// Ticked while no address is known, the box waits for one before anything is asked of the server.
function tick(on) { $("keep-box").checked = on; $("keep-address").hidden = true; }
async function wish() {
  const at_end = $("keep-box").checked, email = $("keep-email").value.trim();
  if (at_end && !fits($("keep"))) { $("keep-address").hidden = false; $("keep-email").focus(); return; }
  wrong($("keep"), "");
  if (!(await ask("transcript", { at_end, email }, $("keep")))) { if (!at_end) $("keep-box").checked = true; $("keep-address").hidden = !at_end; return; }
  keeping = false;
  $("keep-box").focus();
  draw();
  if (at_end) notice(T.posted.replace("#", email));
}
$("keep-box").onchange = () => {
  keeping = true;
  if ($("keep-box").checked && !$("keep-email").value) { $("keep-address").hidden = false; toEnd(); $("keep-email").focus(); } else wish();
};
$("keep").addEventListener("submit", (submit) => { submit.preventDefault(); wish(); });
$("solved-yes").onclick = () => ask("solved", { solved: true });
$("solved-no").onclick = async () => { if (await ask("solved", { solved: false })) { talk.connect(); notice(T.again); text.focus(); } };
for (const one of document.querySelectorAll("[name=rating]")) one.onchange = async () => {
  const rating = Number(one.value);
  if (!rated && !(await ask("rating", { rating }))) return;
  if (rated) ask("rating", { rating });
  rated = true;
  $("rate-more").hidden = false;
  announce($("rate-thanks").textContent);
  event("csat", { rating });
  draw();
};
$("rate-more").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  if (!(await ask("rating", { rating: talk.chat.rating, text: $("rate-text").value }))) return;
  rated = false;
  notice($("rate-thanks").textContent);
  draw();
  text.focus();
});

// --- the menu ---
const menu = $("menu");
function shut() {
  menu.hidden = true;
  $("more").setAttribute("aria-expanded", "false");
  $("emoji-panel").hidden = true;
  $("emoji").setAttribute("aria-expanded", "false");
}
$("more").onclick = () => { const open = menu.hidden; shut(); menu.hidden = !open; $("more").setAttribute("aria-expanded", open); if (open) menu.querySelector("button:not([hidden]), a").focus(); };
document.addEventListener("click", (click) => { if (!click.target.closest("#menu, #more, #emoji, #emoji-panel")) shut(); });
const DO = {
  html: () => paper("html"), txt: () => paper("txt"),
  mail() { $("mail").hidden = false; toEnd(); $("mail-email").focus(); },
  solved: () => ask("solved", { solved: true }),
};
for (const one of menu.querySelectorAll("[data-do]")) one.onclick = () => { shut(); $("more").focus(); DO[one.dataset.do](); };
async function paper(format) {
  try {
    const paper = await talk.insist("GET", `transcript?conversation=${encodeURIComponent(talk.chat.id)}&format=${format}`);
    const link = document.createElement("a");
    tried();
    link.href = URL.createObjectURL(paper);
    link.download = `chat.${format}`;
    link.click();
    inTwo(() => URL.revokeObjectURL(link.href), STEADY);
    announce(T.saved);
  } catch (error) { notice(error.words || T.undone); }
}
$("mail").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  if (!fits($("mail")) || !(await ask("transcript", { email: $("mail-email").value.trim() }, $("mail")))) return;
  shutMail();
  notice(T.posted.replace("#", $("mail-email").value.trim()));
});
$("emoji").onclick = async () => {
  const open = $("emoji-panel").hidden;
  shut();
  if (!open) return;
  const { fill } = await import("./emoji.js");
  fill($("emoji-panel"), (one) => { text.setRangeText(one, text.selectionStart, text.selectionEnd, "end"); grow(); });
  $("emoji-panel").hidden = false;
  $("emoji").setAttribute("aria-expanded", "true");
  $("emoji-panel").firstElementChild.focus();
};
$("again").onclick = () => { fault = null; draw(); start(); };
$("back").onclick = () => { leavePast(); aim(); };
function leavePast() { log.replaceChildren(...past.childNodes); past = null; draw(); }
$("close").onclick = () => tell("close");
$("close").hidden = !framed;

// --- keys and focus ---
document.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Escape") {
    const opener = !menu.hidden ? $("more") : !$("emoji-panel").hidden ? $("emoji") : null;
    const form = pressed.target.closest("#leave, #mail");
    if (opener) { shut(); opener.focus(); } else if (form) (form.id === "mail" ? shutMail : shutLeave)(); else tell("close");
  }
  // Over the whole screen it is modal: the focus goes round in it.
  if (pressed.key === "Tab" && framed && innerWidth < NARROW) round(pressed);
});
function round(pressed) {
  const stops = [...app.querySelectorAll("button, a[href], input, textarea, [tabindex='0']")].filter((one) => one.tabIndex >= 0 && one.offsetParent !== null);
  const [from, to] = pressed.shiftKey ? [stops[0], stops[stops.length - 1]] : [stops[stops.length - 1], stops[0]];
  if (document.activeElement === from) { pressed.preventDefault(); to.focus(); }
}
function aim() {
  if (!visible) return;
  const touch = matchMedia("(pointer: coarse)").matches;
  const field = $("contact").hidden ? text : [...$("contact").querySelectorAll("input, textarea")].find((one) => one.required && !one.value) || $("contact-text");
  if (touch || field.closest("[hidden]") || !booted) $("name").focus(); else field.focus();
}
function tidyFocus() {
  const at = document.activeElement;
  if (visible && at && at !== document.body && at.closest("[hidden]")) aim();
}

function dye(colour) {
  if (!/^#[\da-f]{6}$/i.test(colour)) return;
  const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  root.style.setProperty("--brand", colour);
  root.style.setProperty("--on-brand", 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179 ? "#fff" : "#000");
}
dye(root.dataset.colour);
app.setAttribute("aria-modal", framed && innerWidth < NARROW);
draw();
if (!framed) { given = { token: own().token, page: { url: location.href.split("?")[0], title: document.title } }; start(); }
