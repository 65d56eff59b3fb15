// The customers' pages: what is typed outlives the tab for a week, new answers show by themselves, a chat opens in place.
// Without this script everything can still be read and sent.
import { startFiles } from "./files.js";
import { startForms } from "./forms.js";

const WEEK = 7 * 24 * 3600 * 1000;
const EVERY = 12000;
const PREFIX = "portal-draft:";

function stored(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null");
    return kept && Date.now() - kept.at < WEEK ? kept.fields : null;
  } catch { return null; }
}

function forget(wanted) {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && wanted(name.slice(PREFIX.length))) localStorage.removeItem(name);
  } catch { /* storage is switched off: there is nothing to forget */ }
}

function startDraft(form) {
  const key = form.dataset.draft;
  const fields = [...form.querySelectorAll("input.input:not([type=file]):not([name=website]), textarea")];
  const state = form.querySelector("[data-draft-state]");
  const drop = form.querySelector("[data-draft-drop]");
  const say = (word) => { if (state) state.textContent = word; if (drop) drop.hidden = !word; };
  const kept = stored(key);
  if (kept && fields.every((field) => !field.value)) {
    for (const field of fields) field.value = kept[field.name] ?? "";
    say(state?.dataset.restored ?? "");
  }
  form.addEventListener("input", () => {
    const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    if (!Object.values(typed).some((value) => value.trim())) return forget((name) => name === key);
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), fields: typed }));
      say(state?.dataset.kept ?? "");
    } catch { /* full or switched off */ }
  });
  drop?.addEventListener("click", () => { forget((name) => name === key); for (const field of fields) field.value = ""; say(""); fields[0]?.focus(); });
}

/** Replaces the parts marked data-live by those of a fresh page; the form that is being written in is none of them. */
function renew(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh && !part.contains(document.activeElement)) part.replaceWith(document.importNode(fresh, true));
  }
}

function startNews(place) {
  const ask = async () => {
    if (document.hidden) return;
    const stamp = document.querySelector("[data-stamp]")?.dataset.stamp ?? "";
    try {
      const answer = await fetch(`${place.dataset.news}?stamp=${encodeURIComponent(stamp)}`, { headers: { Accept: "text/html" } });
      if (answer.status !== 200 || answer.redirected) return;
      renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
      document.getElementById("status").textContent = place.dataset.said;
    } catch { /* offline: the next try is soon */ }
  };
  if (new URLSearchParams(location.search).has("before")) return;
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}

function startResend(line) {
  const button = line.closest("form").querySelector("button");
  const digits = (number) => document.documentElement.lang === "fa" ? String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(number);
  let left = Number(line.dataset.resend);
  const show = () => {
    line.hidden = left <= 0;
    button.disabled = left > 0;
    line.textContent = line.dataset.words.replace("{seconds}", digits(left));
    if (left > 0) { left -= 1; setTimeout(show, 1000); }
  };
  show();
}

startForms();
startFiles();
for (const done of document.querySelectorAll("[data-draft-done]")) forget((name) => name === done.dataset.draftDone);
for (const form of document.querySelectorAll("form[data-draft]")) startDraft(form);
for (const form of document.querySelectorAll("form[data-forget]")) form.addEventListener("submit", () => forget(() => true));
for (const place of document.querySelectorAll("[data-news]")) startNews(place);
for (const line of document.querySelectorAll("[data-resend]")) startResend(line);
for (const link of document.querySelectorAll("[data-human]")) {
  link.addEventListener("click", (event) => {
    if (typeof window.Helpdesk !== "function" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    window.Helpdesk("open");
  });
}
document.querySelector("[data-focus]")?.focus();
document.documentElement.dataset.ready = "yes";
