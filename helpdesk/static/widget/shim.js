// For pages that already call Intercom's or Chatwoot's functions: load it before w.js, with data-key.
(() => {
  const { key } = document.currentScript.dataset;
  const Helpdesk = (...more) => window.Helpdesk(...more);
  window.Helpdesk = window.Helpdesk || Object.assign((...more) => window.Helpdesk.q.push(more), { q: [] });
  const from = ({ user_id: id, user_hash, name, email, phone, language_override: locale, custom_attributes: attributes, intercom_user_jwt: jwt } = {}) =>
    JSON.parse(JSON.stringify({ id, user_hash, name, email, phone, locale, attributes, jwt }));

  const intercom = {
    boot: (given) => Helpdesk("boot", { key, ...from(given) }),
    update: (given) => Helpdesk("update", from(given)),
    show: () => Helpdesk("open"),
    showMessages: () => Helpdesk("open"),
    hide: () => Helpdesk("close"),
    shutdown: () => Helpdesk("shutdown"),
    showNewMessage(text) { if (text) Helpdesk("prefill", { text }); Helpdesk("open"); },
    trackEvent: (name) => Helpdesk("track", name),
    onShow: (call) => Helpdesk("on", "open", () => call()),
    onHide: (call) => Helpdesk("on", "close", () => call()),
    onUnreadCountChange: (call) => Helpdesk("on", "unread", ({ count }) => call(count)),
  };
  const before = window.Intercom;
  window.Intercom = (name, ...more) => Object.prototype.hasOwnProperty.call(intercom, name) && intercom[name](...more);
  for (const one of (before && before.q) || []) window.Intercom(...one);

  window.$chatwoot = {
    toggle: (state) => Helpdesk(state === "open" || state === "close" ? state : "toggle"),
    setUser: (id, { name, email, phone_number: phone, identifier_hash: user_hash } = {}) => Helpdesk("identify", JSON.parse(JSON.stringify({ id, name, email, phone, user_hash }))),
    setCustomAttributes: (facts) => Helpdesk("setContext", facts),
    setLocale: (locale) => Helpdesk("setLocale", locale),
    reset: () => Helpdesk("shutdown"),
  };
  window.chatwootSDK = { run: () => Helpdesk("boot", { key, ...((window.chatwootSettings || {}).locale && { locale: window.chatwootSettings.locale }) }) };
  Helpdesk("on", "ready", () => window.dispatchEvent(new Event("chatwoot:ready")));
})();
