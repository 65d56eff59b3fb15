// The host page's part of the chat: a button in a shadow root, a queue of commands, and a frame that is made only when
// somebody reaches for it. No cookie, no style of the host's, no request until then. C is what the server put before us.
(function (win, doc) {
  "use strict";
  const script = doc.currentScript || doc.querySelector("script[data-helpdesk]");
  if (win.Helpdesk && win.Helpdesk.loaded) return;
  const origin = new URL(script.src).origin;
  const given = win.HelpdeskConfig || {};
  const waiting = (win.Helpdesk && win.Helpdesk.q) || [];
  const heard = {};
  const WORDS = {
    en: { label: "Chat with us", close: "Close the chat", frame: "Chat", hide: "Dismiss", one: "1 unread message", many: "% unread messages" },
    fa: { label: "گفت‌وگو با ما", close: "بستن گفت‌وگو", frame: "گفت‌وگو", hide: "بستن", one: "۱ پیام خوانده‌نشده", many: "% پیام خوانده‌نشده" },
  };
  let options = {}, host, root, button, badge, frame, peek, isOpen = false, isReady = false, unread = 0, told = [], booted = false, shown = 0;

  const store = (name, value) => {
    try {
      const key = "helpdesk:" + options.key + ":" + name;
      if (value === undefined) return win.localStorage.getItem(key);
      if (value === null) win.localStorage.removeItem(key); else win.localStorage.setItem(key, value);
    } catch (error) { return null; }
  };
  const WHO = ["jwt", "id", "user_hash", "name", "email", "phone", "attributes"];
  const language = () => ((options.locale || (given.language !== "auto" && given.language) || doc.documentElement.lang || win.navigator.language || "en").slice(0, 2) === "fa" ? "fa" : "en");
  const words = () => WORDS[language()];
  const digits = (text) => (language() === "fa" ? String(text).replace(/\d/g, (one) => "۰۱۲۳۴۵۶۷۸۹"[one]) : String(text));

  function emit(name, detail) {
    (heard[name] || []).forEach((listener) => { try { listener(detail || {}); } catch (error) { setTimeout(() => { throw error; }); } });
    doc.dispatchEvent(new CustomEvent("helpdesk:" + name, { detail: detail || {} }));
  }

  const CSS = `:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px;font:15px/1.4 system-ui,"Segoe UI",Roboto,"Noto Sans Arabic",Tahoma,sans-serif}
:host([start]){inset-inline-end:auto;inset-inline-start:20px}
button{font:inherit;cursor:pointer;border:0}
.go{display:flex;align-items:center;gap:8px;min-block-size:48px;padding:0 18px;border-radius:24px;background:var(--c);color:#fff;font-weight:600;box-shadow:0 2px 10px rgba(0,0,0,.25)}
.go:focus-visible,.x:focus-visible,.say:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px var(--c)}
.go::before{content:"";inline-size:16px;block-size:12px;border:2px solid;border-radius:6px;border-end-start-radius:0}
.n{min-inline-size:20px;padding:0 6px;border-radius:10px;background:#fff;color:#8a1020;font-size:13px;text-align:center}
.n[hidden],.peek[hidden],.go[hidden]{display:none}
iframe{position:fixed;inset-block-end:84px;inset-inline-end:20px;inline-size:400px;max-inline-size:calc(100vw - 40px);block-size:640px;max-block-size:calc(100dvh - 104px);border:0;border-radius:14px;box-shadow:0 8px 40px rgba(0,0,0,.3);background:Canvas;color-scheme:light dark}
:host([start]) iframe{inset-inline-end:auto;inset-inline-start:20px}
iframe[hidden]{display:none}
.peek{position:absolute;inset-block-end:60px;inset-inline-end:0;inline-size:260px;display:flex;gap:6px;padding:12px;border-radius:12px;background:#fff;color:#1a2330;box-shadow:0 4px 20px rgba(0,0,0,.25)}
:host([start]) .peek{inset-inline-end:auto;inset-inline-start:0}
.say{flex:1;text-align:start;background:none;color:inherit;min-block-size:44px}
.x{inline-size:44px;block-size:44px;background:none;color:inherit;font-size:20px}
@media (max-width:480px){iframe{inset:0;inline-size:100vw;max-inline-size:none;block-size:100dvh;max-block-size:none;border-radius:0}:host([open]) .go{display:none}}
@media (forced-colors:active){.go,.peek,iframe{border:2px solid}}`;

  function draw() {
    if (host || !doc.body) return;
    host = doc.createElement("helpdesk-chat");
    root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
    button = doc.createElement("button");
    button.className = "go";
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    badge = doc.createElement("span");
    badge.className = "n";
    badge.hidden = true;
    button.append(doc.createElement("span"), badge);
    root.append(button);
    button.addEventListener("click", () => (isOpen ? close() : open()));
    ["pointerenter", "focus", "touchstart"].forEach((name) => button.addEventListener(name, load, { passive: true }));
    doc.body.append(host);
    paint();
  }

  function paint() {
    if (!host) return;
    const look = (host.lang = language());
    host.dir = look === "fa" ? "rtl" : "ltr";
        host.style.setProperty("--c", options.colour || given.colour || "#1f6feb");
    host.toggleAttribute("start", (options.position || given.position) === "start");
    const label = options.label || (given.labels || {})[look] || words().label;
    button.children[0].textContent = label;
    badge.hidden = !unread;
    badge.textContent = digits(unread);
    const many = unread === 1 ? words().one : words().many.replace("%", digits(unread));
    button.setAttribute("aria-label", unread ? label + ", " + many : label);
    if (frame) frame.title = words().frame;
  }

  function post(kind, data) {
    const message = { helpdesk: kind, ...data };
    if (isReady) frame.contentWindow.postMessage(message, origin); else told.push(message);
  }

  const identity = () => {
    const found = {};
    WHO.forEach((name) => { if (options[name] !== undefined) found[name] = options[name]; });
    return found;
  };
  const page = () => ({ url: win.location.href.slice(0, 1000), title: doc.title.slice(0, 300) });

  function load() {
    if (frame || !booted || options.consent === "pending") return;
    frame = doc.createElement("iframe");
    frame.hidden = true;
    frame.title = words().frame;
    frame.allow = "clipboard-write";
    frame.src = origin + "/w/" + encodeURIComponent(options.key) + "/?locale=" + language();
    root.append(frame);
  }

  function hello() {
    isReady = true;
    post("boot", { token: store("token") || "", identity: identity(), page: page(), locale: language(), consent: options.consent === "granted", open: isOpen, context: options.context || {} });
    told.splice(0).forEach((message) => frame.contentWindow.postMessage(message, origin));
  }

  function open() {
    if (!booted || options.consent === "pending") return;
    load();
    hush();
    isOpen = true;
    frame.hidden = false;
    host.setAttribute("open", "");
    button.setAttribute("aria-expanded", "true");
    unread = 0;
    paint();
    post("open");
    frame.focus();
    emit("open");
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    frame.hidden = true;
    host.removeAttribute("open");
    button.setAttribute("aria-expanded", "false");
    post("close");
    button.focus();
    emit("close");
  }

  // A first word of ours: on a page like its pattern, once a day a person, never over a dismissal, and it opens nothing.
  const like = (pattern, url) => {
    const address = pattern[0] === "/" ? new URL(url).pathname : url.split("#")[0];
    return new RegExp("^" + pattern.split("*").map((one) => one.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*") + "$").test(address);
  };
  function anticipate() {
    clearTimeout(shown);
    const today = new Date().toISOString().slice(0, 10);
    const before = store("visited");
    if (store("peeked") === today || store("dismissed") || isOpen || options.consent === "pending") return;
    const rule = (given.proactive || []).find((one) => one.text[language()] && like(one.pattern, win.location.href) && (!one.returning || (before && before !== today)));
    if (!before) store("visited", today);
    if (rule) shown = setTimeout(() => { if (!isOpen && doc.visibilityState === "visible") show(rule, today); }, rule.after * 1000);
  }
  function show(rule, today) {
    store("peeked", today);
    hush();
    peek = doc.createElement("div");
    peek.className = "peek";
    peek.setAttribute("role", "status");
    const say = doc.createElement("button"), away = doc.createElement("button");
    say.className = "say";
    say.textContent = rule.text[language()];
    say.addEventListener("click", () => { open(); post("greeting", { text: rule.text[language()] }); });
    away.className = "x";
    away.textContent = "×";
    away.setAttribute("aria-label", words().hide);
    away.addEventListener("click", () => { store("dismissed", today); hush(); button.focus(); });
    peek.append(say, away);
    root.append(peek);
  }
  function hush() {
    clearTimeout(shown);
    if (peek) peek.remove();
    peek = null;
  }

  win.addEventListener("message", (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow || !event.data || typeof event.data !== "object") return;
    const { helpdesk: kind, ...detail } = event.data;
    if (kind === "hello") hello();
    else if (kind === "token") store("token", typeof detail.token === "string" && detail.token ? detail.token : null);
    else if (kind === "close") close();
    else if (kind === "unread") { unread = isOpen ? 0 : Math.max(0, detail.count | 0); paint(); emit("unread", { count: unread }); }
    else if (["message:sent", "message:received", "agent:joined", "csat", "identity:required", "error"].includes(kind)) emit(kind, detail);
  });

  const commands = {
    boot(more) {
      options = { ...options, ...more };
      if (!options.key) return emit("error", { code: "no_key" });
      if (booted) return commands.update(more);
      booted = true;
      const begin = () => { draw(); anticipate(); emit("ready"); if (options.consent !== "pending" && store("token") && store("waiting")) load(); };
      if (doc.body) begin(); else doc.addEventListener("DOMContentLoaded", begin);
    },
    identify(more) { options = { ...options, ...more }; if (frame) post("identify", { identity: identity() }); },
    update(more) {
      options = { ...options, ...more };
      paint();
      hush();
      anticipate();
      if (frame) post("update", { page: page(), locale: language(), consent: options.consent === "granted", identity: more ? identity() : {} });
    },
    open, close,
    toggle() { if (isOpen) close(); else open(); },
    prefill(text) { load(); post("prefill", { text: String((text && text.text) || text || "") }); },
    track(name, data) { if (frame && options.consent === "granted") post("track", { name: String(name), data: data || {} }); },
    on(name, listener) { (heard[name] = heard[name] || []).push(listener); },
    setLocale(locale) { options.locale = locale; paint(); if (frame) post("update", { page: page(), locale: language() }); },
    setContext(context) { options.context = context || {}; if (frame) post("context", { context: options.context }); },
    shutdown() {
      if (frame) { post("shutdown"); const old = frame; setTimeout(() => old.remove(), 1500); old.hidden = true; }
      frame = null; isReady = false; isOpen = false; unread = 0;
      store("token", null);
      [...WHO, "context"].forEach((name) => delete options[name]);
      if (host) { host.removeAttribute("open"); button.setAttribute("aria-expanded", "false"); }
      paint();
    },
  };

  win.Helpdesk = function (name, ...rest) {
    const command = Object.prototype.hasOwnProperty.call(commands, name) && commands[name];
    return command ? command(...rest) : emit("error", { code: "no_such_command" });
  };
  win.Helpdesk.loaded = true;
  const data = script.dataset || {};
  if (data.key) { const { key, locale, position, label, consent } = data; commands.boot({ key, locale, position, label, consent }); }
  [...waiting].forEach((call) => win.Helpdesk(...call));
})(window, document);
