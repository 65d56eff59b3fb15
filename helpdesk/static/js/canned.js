// Canned answers in a composer: `/` at the start of a line or after a space opens a list that narrows while one types.
// The customer's language is chosen by itself; the other one serves when an answer lacks it.
import { announce } from "./toast.js";

const TRIGGER = /(^|\s)\/([\p{L}\p{N}_-]*)$/u;
const MOST = 8;
const lists = new Map();
let count = 0;

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

async function answers(address) {
  if (!lists.has(address)) {
    lists.set(address, fetch(address).then((answer) => (answer.ok ? answer.json() : { answers: [] })).then((found) => found.answers).catch(() => {
      lists.delete(address);
      return [];
    }));
  }
  return lists.get(address);
}

const PERSIAN = /[\u0600-\u06ff]/;

function languageOf(field) {
  if (field.dataset.language) return field.dataset.language;
  const theirs = [...(field.closest("section, article")?.querySelectorAll(".msg.in .msg-body") ?? [])].at(-1)?.textContent ?? "";
  return PERSIAN.test(theirs) ? "fa" : "en";
}

function textOf(answer, language) {
  return language === "fa" ? answer.fa || answer.en : answer.en || answer.fa;
}

function matching(all, typed) {
  const word = typed.toLowerCase();
  const first = all.filter((one) => one.shortcut.startsWith(word));
  const others = all.filter((one) => !first.includes(one) && one.title.toLowerCase().includes(word));
  return [...first, ...others].slice(0, MOST);
}

function boxOf(field) {
  if (field.listOfAnswers) return field.listOfAnswers;
  const box = document.createElement("ul");
  count += 1;
  Object.assign(box, { id: `canned-${count}`, className: "canned-list", hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.placeholder || "/");
  field.parentElement.classList.add("canned-box");
  field.before(box);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", box.id);
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[role=option]");
    if (item) insert(field, item);
  });
  field.listOfAnswers = box;
  return box;
}

function option(answer, language, id) {
  const item = document.createElement("li");
  const word = document.createElement("b");
  const title = document.createElement("bdi");
  const start = document.createElement("small");
  item.setAttribute("role", "option");
  item.id = id;
  item.dataset.pk = answer.id;
  item.dataset.text = textOf(answer, language);
  word.textContent = `/${answer.shortcut}`;
  word.dir = "ltr";
  title.textContent = answer.title;
  start.textContent = item.dataset.text;
  start.dir = "auto";
  item.append(word, title, start);
  return item;
}

function choose(field, item) {
  const box = boxOf(field);
  for (const each of box.children) each.setAttribute("aria-selected", String(each === item));
  if (item) {
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

const chosen = (field) => boxOf(field).querySelector("[aria-selected=true]");

function close(field) {
  if (!field.listOfAnswers || field.listOfAnswers.hidden) return;
  field.listOfAnswers.hidden = true;
  choose(field, null);
}

function before(field) {
  return field.value.slice(0, field.selectionStart).match(TRIGGER);
}

async function open(field) {
  const found = before(field);
  if (!found) return close(field);
  const all = await answers(field.dataset.canned);
  const typed = before(field)?.[2];
  if (typed === undefined) return close(field);
  const fitting = matching(all, typed);
  const box = boxOf(field);
  const language = languageOf(field);
  box.replaceChildren(...fitting.map((answer, at) => option(answer, language, `${box.id}-${at}`)));
  box.hidden = !fitting.length;
  choose(field, box.firstElementChild);
  if (fitting.length) announce(`${fitting.length}: ${fitting[0].title}`);
}

function insert(field, item) {
  const found = before(field);
  const end = field.selectionStart;
  const start = found ? end - found[2].length - 1 : end;
  close(field);
  field.focus();
  field.setRangeText(item.dataset.text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  fetch(`/desk/canned/${item.dataset.pk}/used/`, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
}

function move(field, by) {
  const items = [...boxOf(field).children];
  const at = items.indexOf(chosen(field));
  choose(field, items[(at + by + items.length) % items.length]);
}

const KEYS = {
  ArrowDown: (field) => move(field, 1),
  ArrowUp: (field) => move(field, -1),
  Enter: (field) => insert(field, chosen(field)),
  Tab: (field) => insert(field, chosen(field)),
  Escape: close,
};

function onKey(event) {
  const field = event.target;
  if (!field.dataset?.canned || !field.listOfAnswers || field.listOfAnswers.hidden || event.isComposing) return;
  if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key](field);
}

/** Listens on every box that names its list (`data-canned`), also those that come later. */
export function startCanned() {
  document.addEventListener("input", ({ target }) => { if (target.dataset?.canned) open(target); });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusout", ({ target }) => { if (target.dataset?.canned) close(target); });
  document.addEventListener("click", ({ target }) => {
    const field = document.getElementById(target.closest("[data-canned-open]")?.dataset.cannedOpen ?? "");
    if (!field) return;
    field.focus();
    const last = field.value.slice(0, field.selectionStart).at(-1);
    field.setRangeText(last && !/\s/.test(last) ? " /" : "/", field.selectionStart, field.selectionEnd, "end");
    open(field);
  });
}
