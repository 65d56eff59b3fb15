// What is typed but not yet kept by the server, in this tab only: it outlives a lost session, a sign-in and a reload.
// Each text belongs to one person; somebody else who signs in here finds nothing, and signing out forgets all.
const PREFIX = "unsaved:";
const key = (person, ticket, mode) => `${PREFIX}${person}:${ticket}:${mode}`;

function each(wanted, act) {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX) && wanted(name)) act(name);
  } catch { /* storage is switched off: then there is nothing to keep or forget */ }
}

/** Keeps a text; an empty one is forgotten. */
export function keep(person, ticket, mode, text) {
  try {
    if (text.trim()) sessionStorage.setItem(key(person, ticket, mode), text);
    else sessionStorage.removeItem(key(person, ticket, mode));
  } catch { /* full or switched off: the server's draft remains */ }
}

/** The text that was kept, "" for none. */
export function kept(person, ticket, mode) {
  try { return sessionStorage.getItem(key(person, ticket, mode)) ?? ""; } catch { return ""; }
}

/** Forgets what other people typed in this tab. */
export function forgetOthers(person) {
  each((name) => !name.startsWith(`${PREFIX}${person}:`), (name) => sessionStorage.removeItem(name));
}

/** Signing out on purpose forgets everything. */
export function startStash() {
  document.addEventListener("submit", ({ target }) => {
    if (target.getAttribute("action") === "/sign-out/") each(() => true, (name) => sessionStorage.removeItem(name));
  });
}
