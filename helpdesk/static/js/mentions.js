// Colleagues in a note: `@` and some letters of a name open the list of those who may see the ticket.
import { piece, suggest } from "./suggest.js";

let asked = null;

async function people(field, typed) {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(`${field.dataset.people}?${new URLSearchParams({ q: typed })}`, { signal: asked.signal });
    return answer.ok ? (await answer.json()).people : [];
  } catch {
    return [];
  }
}

/** Listens on every text that names where its people are (`data-people`), also those that come later. */
export function startMentions() {
  suggest({
    name: "people",
    trigger: /(?:^|[\s(«"])@([\p{L}\p{N}._\u200c-]*(?: [\p{L}\p{N}\u200c]+)?)$/u,
    find: people,
    draw: (one) => [piece("b", one.name), piece("small", one.email, "ltr")],
    text: (one) => `${one.sign} `,
    told: (one) => one.name,
  });
}
