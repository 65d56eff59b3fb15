// What the chat's button needs once it is touched: the frame, and every command and event that speaks with it.
// The frame's origin and window are checked on every message that comes, and named on every one that goes.
(() => {
  const core = window.Helpdesk && window.Helpdesk.core;
  if (!core || core.run) return;
  const { box, root, button, options, kept, keep, locale, fire, make } = core;
  const WHO = ["jwt", "id", "user_hash", "name", "email", "phone", "attributes"];
  const NARROW = 480, PATIENCE = 15e3;
  let who = null, waiting = [], frame, isReady = false, isLate = false, isOpen = false, count = 0, ending = null;

  const badge = make("span", { class: "n", "aria-hidden": "true", hidden: "" });
  const said = make("span", { class: "off" });
  button.append(badge, said);
  core.dress(`
    .n{position:absolute;inset-block-start:-6px;inset-inline-end:-2px;min-inline-size:24px;padding:0 6px;border:2px solid #fff;border-radius:13px;background:#c0262d;color:#fff;font-size:13px;line-height:20px;text-align:center}
    .off{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    iframe{position:fixed;inset-block-end:max(84px,calc(env(safe-area-inset-bottom) + 68px));inset-inline-end:16px;inline-size:min(400px,calc(100vw - 32px));block-size:min(680px,calc(100vh - 104px));border:1px solid #d5dae1;border-radius:16px;background:#fff;box-shadow:0 12px 40px #0f172a4d}
    :host([data-side=start]) iframe{inset-inline:16px auto}
    @media(prefers-color-scheme:dark){iframe{background:#161e26;border-color:#2c3742}}
    @media(max-width:${NARROW - 0.1}px){iframe,:host([data-side=start]) iframe{inset:0;inline-size:100%;block-size:100vh;block-size:100dvh;border:0;border-radius:0}
      iframe:not([data-here]){inset-block-end:84px!important;block-size:auto!important}}
    @media(forced-colors:active){iframe{border:2px solid}}`);

  // The panel stays open from page to page of a tab, where it covers little.
  const tab = (value) => {
    try {
      if (value === undefined) return sessionStorage.getItem(core.place());
      sessionStorage.setItem(core.place(), value);
    } catch (_) { /* none here */ }
    return "";
  };
  const page = () => ({ url: location.href, title: document.title });
  const consent = () => (options.consent === "granted" || options.track ? true : undefined);

  const tell = (type, more) => frame.contentWindow.postMessage({ helpdesk: 1, type, ...more }, core.home);
  const say = (type, more) => {
    if (isReady) tell(type, more);
    else waiting = [...waiting, [type, more]].slice(-50);
  };
  const load = () => {
    if (frame) return;
    const address = `${core.home}/w/${encodeURIComponent(options.key)}/?lang=${locale()}`;
    const made = frame = make("iframe", { src: address, title: button.firstElementChild.nextSibling.textContent, allow: "clipboard-write", hidden: "" });
    frame.addEventListener("load", () => {
      if (frame !== made) return;
      tell("boot", {
        token: kept().token, ending, identity: who, page: page(), locale: locale(), consent: consent(), label: options.label, colour: options.colour,
      });
      ending = null;
    });
    root.append(frame);
    setTimeout(() => {
      if (frame !== made || isReady) return;
      isLate = true;
      fire("error", { code: "unreachable" });
    }, PATIENCE);
  };
  const drop = () => {
    if (frame) frame.remove();
    frame = null;
    isReady = isLate = false;
  };

  const show = (focus = true) => {
    if (isOpen) return;
    load();
    core.isOpen = isOpen = true;
    frame.hidden = false;
    tab("open");
    core.hush();
    paint();
    if (focus) frame.focus();
    say("open", { focus });
    fire("open");
  };
  const hide = (focus = true) => {
    if (!isOpen) return;
    core.isOpen = isOpen = false;
    if (frame) frame.hidden = true;
    // What never came, for want of a line, is fetched anew the next time.
    if (frame && isLate && !frame.dataset.here) drop();
    tab("shut");
    paint();
    if (focus) button.focus();
    say("close");
    fire("close");
  };
  const paint = () => {
    core.paint();
    button.setAttribute("aria-expanded", isOpen);
    badge.hidden = !count;
  };

  const heard = {
    ready() {
      isReady = true;
      for (const [type, more] of waiting.splice(0)) tell(type, more);
    },
    token: ({ token }) => keep({ token }),
    busy: ({ busy }) => keep({ busy }),
    looks: ({ label, colour, position }) => { keep({ looks: { ...kept().looks, [locale()]: label, colour, position } }); paint(); },
    unread({ count: now, shown, words, fresh }) {
      if (now > count && !isOpen) core.peek(fresh, () => show());
      if (options.title) document.title = (now ? `(${shown}) ` : "") + document.title.replace(/^\([^)]*\) /, "");
      const isNew = now !== count;
      count = now;
      badge.textContent = shown;
      said.textContent = now ? `, ${words}` : "";
      paint();
      if (isNew) fire("unread", { count });
    },
    close: () => hide(),
    event: ({ name, detail }) => fire(name, detail),
    expired() {
      const ask = options.onTokenExpired;
      if (ask) Promise.resolve(ask()).then((jwt) => jwt && run("identify", { jwt }));
    },
  };
  addEventListener("message", (event) => {
    const told = event.data;
    if (!frame || event.source !== frame.contentWindow || event.origin !== core.home || !told || told.helpdesk !== 1) return;
    // Only a frame that speaks may cover a small screen: it has a way out of its own.
    frame.dataset.here = "";
    if (Object.prototype.hasOwnProperty.call(heard, told.type)) heard[told.type](told);
  });

  const identity = (from) => {
    const found = {};
    for (const name of WHO) if (from && from[name] !== undefined) found[name] = from[name];
    return Object.keys(found).length ? found : null;
  };
  const known = () => frame && say("identify", { identity: who });

  const commands = {
    boot(more) {
      Object.assign(options, more);
      who = identity(more) || who;
      core.draw();
      if (identity(more)) known();
    },
    update(more) {
      const was = locale();
      Object.assign(options, more);
      if (was !== locale()) return commands.setLocale(locale());
      core.draw();
      if (identity(more)) commands.identify(more);
      say("page", { page: page(), consent: consent(), colour: options.colour });
    },
    identify(more) {
      const facts = who && who.attributes;
      who = { ...(facts && { attributes: facts }), ...identity(more) };
      known();
    },
    setContext(facts) {
      who = { ...who, attributes: { ...(who && who.attributes), ...facts } };
      known();
    },
    open: () => show(),
    close: () => hide(),
    toggle: () => (isOpen ? hide() : show()),
    prefill: (what) => say("prefill", { text: String((what && what.text) || what || "") }),
    greet: (text) => say("greet", { text }),
    track: (name) => consent() && say("track", { name: String(name), page: page() }),
    setLocale(code) {
      const back = isOpen;
      options.locale = code;
      drop();
      core.isOpen = isOpen = false;
      paint();
      if (back) show(); else load();
    },
    shutdown() {
      ending = kept().token;
      who = null;
      waiting = [];
      hide(false);
      core.forget();
      heard.unread({ count: 0, shown: "", words: "" });
      try { sessionStorage.removeItem(core.place()); } catch (_) { /* none here */ }
      // The frame ends the session with the server, then begins anew as nobody.
      drop();
      if (ending) load();
    },
  };
  const run = core.run = (name, ...more) => {
    if (Object.prototype.hasOwnProperty.call(commands, name)) commands[name](...more);
    else fire("error", { code: "unknown_command" });
  };
  for (const [name, more] of core.later.splice(0)) run(name, ...more);
  if (kept().busy && tab() === "open" && innerWidth >= NARROW) show(false);
  load();
})();
