// Canned answers in a composer: `/` at the start of a line or after a space opens a list that narrows while one types.
// The customer's language is chosen by itself; the other one serves when an answer lacks it.
import { piece, suggest } from "./suggest.js";

const MOST = 8;
const lists = new Map();

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

function textOf(answer, field) {
  return languageOf(field) === "fa" ? answer.fa || answer.en : answer.en || answer.fa;
}

function matching(all, typed) {
  const word = typed.toLowerCase();
  const first = all.filter((one) => one.shortcut.startsWith(word));
  const others = all.filter((one) => !first.includes(one) && one.title.toLowerCase().includes(word));
  return [...first, ...others].slice(0, MOST);
}

function used(answer) {
  fetch(`/desk/canned/${answer.id}/used/`, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
}

/** Listens on every box that names its list (`data-canned`), also those that come later. */
export function startCanned() {
  const open = suggest({
    name: "canned",
    trigger: /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u,
    find: async (field, typed) => matching(await answers(field.dataset.canned), typed),
    draw: (answer, field) => [piece("b", `/${answer.shortcut}`, "ltr"), piece("bdi", answer.title), piece("small", textOf(answer, field))],
    text: textOf,
    told: (answer) => answer.title,
    taken: used,
  });
  document.addEventListener("click", ({ target }) => {
    const field = document.getElementById(target.closest("[data-canned-open]")?.dataset.cannedOpen ?? "");
    if (!field) return;
    field.focus();
    const last = field.value.slice(0, field.selectionStart).at(-1);
    field.setRangeText(last && !/\s/.test(last) ? " /" : "/", field.selectionStart, field.selectionEnd, "end");
    open(field);
  });
}
