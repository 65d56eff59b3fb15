// The chat's button on a host's page. It sets no cookie and asks for nothing until it is touched; then more.js brings
// the frame. What the view puts in place of {given:0} below: words, and with ?key= the widget's looks and first words.
(() => {
  const given = {given:0};
  const me = document.currentScript;
  const early = window.Helpdesk;
  if (early && early.core) return;

  const URGENT = /^(open|toggle|shutdown)$/, DAY = 864e5, VISIT = 18e5;
  const options = {}, handlers = {}, later = [];
  let box, root, button, label, aside, timer, spoken, memory = {};

  // What is kept lies in the host's own storage; nothing while consent is pending.
  const place = () => `helpdesk:${options.key}`;
  const silent = () => options.consent === "pending";
  const kept = () => {
    try { return (!silent() && JSON.parse(localStorage.getItem(place()))) || memory; } catch (_) { return memory; }
  };
  const keep = (change) => {
    memory = { ...kept(), ...change };
    try { if (!silent()) localStorage.setItem(place(), JSON.stringify(memory)); } catch (_) { /* none here */ }
  };
  const locale = () => {
    const set = given.language !== "auto" && given.language;
    return /^fa/.test(options.locale || set || document.documentElement.lang) ? "fa" : "en";
  };
  const fire = (name, detail = {}) => {
    for (const call of handlers[name] || []) {
      try { call(detail); } catch (error) { console.error(error); }
    }
    document.dispatchEvent(new CustomEvent(`helpdesk:${name}`, { detail }));
  };
  const make = (tag, given, ...inside) => {
    const made = document.createElement(tag);
    for (const name in given) made.setAttribute(name, given[name]);
    made.append(...inside);
    return made;
  };
  const picture = (path) => {
    const [drawn, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    drawn.setAttribute("viewBox", "0 0 20 20");
    drawn.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    drawn.append(line);
    return drawn;
  };

  const dress = (css) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch (_) {
      const sheet = make("style", {}, css);
      sheet.nonce = me.nonce;
      root.append(sheet);
    }
  };
  const CSS = `
    :host{all:initial!important;position:fixed!important;z-index:2147483000!important;inset-block-end:max(16px,env(safe-area-inset-bottom))!important;inset-inline-end:16px!important}
    :host([data-side=start]){inset-inline-end:auto!important;inset-inline-start:16px!important}
    *{box-sizing:border-box}[hidden]{display:none!important}
    button{border:0;font:600 15px/1.4 system-ui,"Segoe UI",Roboto,"Noto Sans Arabic",Tahoma,sans-serif;cursor:pointer}
    :focus-visible{outline:3px solid #1f5fbf;outline-offset:2px;box-shadow:0 0 0 2px #fff}
    .go{position:relative;display:flex;gap:8px;align-items:center;min-block-size:52px;max-inline-size:calc(100vw - 32px);padding:12px 18px;border-radius:26px;background:var(--b);color:var(--o);box-shadow:0 4px 16px #0f172a40}
    .go:hover{filter:brightness(.93)}
    svg{inline-size:22px;block-size:22px;flex:none;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
    .card{position:absolute;inset-block-end:68px;inset-inline-end:0;display:flex;inline-size:min(300px,calc(100vw - 32px));border:1px solid #7b8794;border-radius:12px;background:#fff;box-shadow:0 4px 16px #0f172a40}
    :host([data-side=start]) .card{inset-inline:0 auto}
    .card button{border-radius:12px;background:none;color:#16202b;font-weight:400;text-align:start;padding:12px;flex:1;overflow-wrap:anywhere}
    .card .x{flex:none;color:#5d6b7a}
    @media(prefers-color-scheme:dark){.card{background:#161e26}.card button{color:#e8edf2}.card .x{color:#95a2af}:focus-visible{outline-color:#8ab8ff;box-shadow:0 0 0 2px #0e141a}}
    @media(forced-colors:active){.go,.card{border:2px solid}}
    @media print{:host{display:none!important}}`;

  const draw = () => {
    if (box) return paint(), greet();
    if (!options.key) return;
    box = make("div", { role: "region", "data-helpdesk-widget": "" });
    root = box.attachShadow({ mode: "open" });
    dress(CSS);
    label = make("span", {});
    aside = make("div", { role: "status" });
    button = make("button", { class: "go", type: "button", "aria-expanded": false },
      picture("M4.5 3.5h11a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-4 3.2v-3.2h-.5a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2ZM6 7h8M6 10h5"), label);
    for (const near of ["pointerenter", "focus", "touchstart"]) button.addEventListener(near, load, { passive: true });
    // Two taps on a slow line are one.
    button.addEventListener("click", () => Helpdesk(core.isOpen ? "close" : "open"));
    root.append(aside, button);
    Object.assign(core, { box, root, button });
    paint();
    document.body.append(box);
    fire("ready");
    greet();
    // An open conversation goes on over all pages of the host.
    if (later.some(([name]) => URGENT.test(name))) load();
    const go = () => (window.requestIdleCallback || setTimeout)(load);
    if (kept().busy) document.readyState === "complete" ? go() : addEventListener("load", go);
  };

  // Black or white, whichever is easier to read on it.
  const dark = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179;
  };
  const paint = () => {
    if (!box) return;
    const old = kept().looks || {}, words = given.words[locale()];
    const colour = [options.colour, given.colour, old.colour, "#1f6feb"].find((one) => /^#[\da-f]{6}$/i.test(one));
    box.dir = locale() === "fa" ? "rtl" : "ltr";
    box.lang = locale();
    box.dataset.side = options.position || given.position || old.position || "end";
    box.setAttribute("aria-label", words.region);
    box.style.setProperty("--b", colour);
    box.style.setProperty("--o", dark(colour) ? "#fff" : "#000");
    label.textContent = options.label || (given.label || old)[locale()] || words.label;
  };

  let isLoading;
  const load = () => {
    if (isLoading || silent() || !box) return;
    isLoading = true;
    const more = make("script", { src: core.home + given.more });
    more.onerror = () => { isLoading = false; fire("error", { code: "unreachable" }); };
    document.head.append(more);
  };

  // A first word of ours: at most once a day, never after one was waved off; it opens nothing by itself.
  const peek = (text, open, shut) => {
    const say = make("button", { type: "button", dir: "auto" }, text);
    const cross = make("button", { type: "button", class: "x", "aria-label": given.words[locale()].dismiss }, picture("m5 5 10 10M15 5 5 15"));
    const card = make("div", { class: "card" }, say, cross);
    const away = (then) => { card.remove(); button.focus(); then && then(); };
    say.onclick = () => away(open);
    cross.onclick = () => away(shut);
    card.onkeydown = (event) => event.key === "Escape" && away(shut);
    aside.replaceChildren(card);
  };
  const matches = (pattern) => {
    const at = pattern[0] === "/" ? location.pathname : location.href.split("#")[0];
    return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`).test(at);
  };
  // Of whom the server knows it keeps count itself, over all their devices.
  const asked = (body) => fetch(`${core.home}/w/${options.key}/api/greet`, {
    method: "POST", body, headers: { Authorization: `Bearer ${kept().token}`, "Content-Type": "application/json" },
  }).then((told) => told.json()).then((told) => told.may).catch(() => false);
  const greet = () => {
    clearTimeout(timer);
    const rules = (given.proactive || {})[locale()] || [], was = kept(), now = Date.now();
    if (!rules.length || silent()) return;
    const visits = (was.visits || 0) + (now - (was.seen || 0) > VISIT);
    keep({ visits, seen: now });
    const rule = rules.find((one) => matches(one.pattern) && (visits > 1 || !one.only_returning));
    if (rule) timer = setTimeout(async () => {
      const { waved, greeted = 0, busy, token } = kept();
      if (waved || busy || core.isOpen || spoken || Date.now() - greeted < DAY) return;
      keep({ greeted: Date.now() });
      if (token && !(await asked("{}")) || core.isOpen || spoken) return;
      peek(rule.text, () => { Helpdesk("greet", rule.text); Helpdesk("open"); }, () => { keep({ waved: 1 }); token && asked('{"waved":true}'); });
    }, rule.after_seconds * 1e3);
  };

  const core = {
    hush: () => aside.replaceChildren(),
    forget() { memory = {}; try { localStorage.removeItem(place()); } catch (_) { /* none here */ } },
    options, kept, keep, place, silent, locale, fire, make, dress, paint, peek, draw, greet, later, home: new URL(me.src).origin,
  };
  // What needs the frame is kept until it is there; who wants to see it has it fetched at once.
  let wants;
  const Helpdesk = (name, ...more) => {
    const urgent = URGENT.test(name);
    if (name === "on") (handlers[more[0]] = handlers[more[0]] || []).push(more[1]);
    else if (urgent && silent()) wants = fire("error", { code: "consent_pending" }) || true;
    else if (core.run) core.run(name, ...more);
    else {
      later.push([name, more]);
      if (/^(boot|update)$/.test(name)) {
        Object.assign(options, more[0]);
        document.body ? draw() : addEventListener("DOMContentLoaded", draw);
        if (wants && !silent()) wants = Helpdesk("open");
      }
      if (urgent) load();
    }
  };
  Helpdesk.core = core;
  window.Helpdesk = Helpdesk;
  const { key, locale: language, position, label: name, consent } = me.dataset;
  for (const one of (early && early.q) || []) Helpdesk(...one);
  if (key) Helpdesk("boot", { ...JSON.parse(JSON.stringify({ key, locale: language, position, label: name, consent })), ...options });
})();
