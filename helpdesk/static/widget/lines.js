// How a message looks. Every word of a person is set as text, never as markup.
export const T = JSON.parse(document.getElementById("texts").textContent);
export const digits = (number) => String(number).replace(/\d/g, (one) => T.digits[one]);
const ADDRESS = /(https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?()،؛؟])/g;

const make = (tag, css, words = "") => {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.textContent = words;
  return made;
};

function body(words) {
  const made = make("div", "words");
  made.dir = "auto";
  made.append(...words.split(ADDRESS).map((piece, at) => {
    if (at % 2 === 0) return piece;
    const link = make("a", "", piece);
    Object.assign(link, { href: piece, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" });
    return link;
  }));
  return made;
}

function size(bytes) {
  return bytes < 1e6 ? `${digits(Math.max(1, Math.round(bytes / 1e3)))} ${T.kb}` : `${digits((bytes / 1e6).toFixed(1))} ${T.mb}`;
}

function file(one, api) {
  const row = make("li");
  if (one.pending || !one.url) {
    row.append(make("bdi", "", one.name), make("small", "", one.pending ? T.checked : T.unsafe));
    return row;
  }
  const link = make("a", one.picture ? "shot" : "paper");
  Object.assign(link, { href: api + one.url, target: "_blank", rel: "noopener" });
  if (one.picture) {
    const shot = make("img");
    Object.assign(shot, { src: api + one.url, alt: one.name, loading: "lazy" });
    link.append(shot);
  } else {
    link.download = one.name;
    link.append(make("bdi", "", one.name), make("small", "", size(one.size)));
  }
  row.append(link);
  return row;
}

function frame(from, who) {
  const made = make("div", `msg ${from}`);
  made.dataset.from = from;
  const name = make("p", from === "visitor" ? "off" : "by");
  name.append(make("bdi", "", who));
  made.append(name);
  return made;
}

// A message as the server has it.
export function bubble(one, api) {
  const made = frame(one.from, one.from === "visitor" ? T.you : one.name || T.us);
  made.dataset.seq = one.seq;
  if (one.removed) made.append(make("p", "words gone", T.removed));
  if (one.text) made.append(body(one.text));
  if (one.files.length) {
    const list = make("ul", "files");
    list.append(...one.files.map((each) => file(each, api)));
    made.append(list);
  }
  const foot = make("p", "foot"), time = make("time", "", one.at_words);
  time.dateTime = one.at;
  foot.append(time);
  if (one.automatic) foot.append(make("span", "", T.automatic));
  if (one.channel === "email") foot.append(make("span", "", T.mailed));
  made.append(foot);
  return made;
}

// What was just written here, until the server has it: on its way, uploading, or refused with what can be done.
export function echo(item, talk) {
  const made = frame("visitor", T.you), files = item.files || [];
  made.dataset.client = item.id;
  if (item.text) made.append(body(item.text));
  if (files.length) {
    const list = make("ul", "files");
    list.append(...files.map((one) => { const row = make("li"); row.append(make("bdi", "", one.name), make("small", "", size(one.size))); return row; }));
    made.append(list);
  }
  const foot = make("p", "foot");
  foot.append(make("span", "how", how(item, talk)));
  if (item.failed) made.classList.add("failed");
  made.append(foot);
  const act = (words, call) => {
    const button = make("button", "plain", words);
    button.type = "button";
    button.onclick = call;
    foot.append(" ", button);
  };
  const gone = () => { talk.drop(item); made.remove(); talk.on.chat(); document.getElementById("text").focus(); };
  if (item.failed) { act(T.retry, () => { talk.retry(item); talk.on.progress(item); document.getElementById("text").focus(); }); act(T.remove, gone); }
  else if (files.length) act(T.cancel, () => { talk.cancel(item); gone(); });
  return made;
}

function how(item, talk) {
  if (item.failed) return item.failed;
  const uploads = item.files && item.files.length && talk.outbox.includes(item);
  if (item.tries && !item.share) return T.trying;
  return uploads ? T.uploading.replace("#", digits(Math.round((item.share || 0) * 100))) : T.sending;
}

// How far it is, in the same element: what is under somebody's finger stays there. No: it looks different now.
export function freshen(made, item, talk) {
  if (item.failed || made.classList.contains("failed")) return false;
  const told = made.querySelector(".how"), words = how(item, talk);
  if (told.textContent !== words) told.textContent = words;
  return true;
}

// A message in one sentence for a screen reader.
export function linkless(one) {
  return (one.text || one.files.map((each) => each.name).join(T.comma)).slice(0, 300);
}
