// The conversation's line: sends by POST with an id of its own, reads by `after`. The socket only says that there is
// more; where no socket holds, a long poll does. What was not sent lies in sessionStorage and survives a reload.
const PING = 15e3, DEAD = 35e3, LOOK = 5e3, FAILURES = 3, SLOWEST = 30e3, UNNOTICED = 3e3, SAFETY = 30e3, HELD = 12e3;
const TIMEOUT = 25e3, PATIENCE = 45e3, GLANCE = 4e3;
// A line that fell silent is given up soon; one that is only slow is given twice as long each time.
const patience = (tries) => Math.min(TIMEOUT, GLANCE * 2 ** tries);

export class Refused extends Error {
  constructor(status, told, after) {
    super(told.code || String(status));
    this.status = status;
    this.code = told.code || "";
    this.words = (told.errors || []).map((one) => one.detail).join(" ") || told.detail || "";
    this.seconds = Number(after || told.retry_after) || 0;
    this.reason = told.reason || "";
  }

  // The token is dead: a new session is begun, and what was written goes there.
  get isStale() { return this.code === "bad_token" || this.code === "session_over"; }
  get isWaiting() { return this.status === 429; }
  get isFinal() { return this.status >= 400 && this.status < 500 && this.status !== 429 && this.status !== 408 && !this.isStale; }
}

const sleep = (time) => new Promise((done) => setTimeout(done, time));

export class Talk {
  // `on`: lost, line(state), chat, messages(list), reload, sent(item, message), failed(item), progress(item), typing, blocked(error),
  // trying, outbox
  constructor(key, locale, on) {
    Object.assign(this, { key, locale, on, api: `/w/${encodeURIComponent(key)}/api/`, shelf: `unsent:${key}` });
    Object.assign(this, { token: "", chat: null, cursor: 0, heard: 0, failures: 0, tries: 0, slow: 0, boots: 0, isReady: false });
    this.outbox = this.stored();
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.lineIs("down"));
    setInterval(() => this.chat && this.chat.state !== "ended" && !document.hidden && this.sync(), SAFETY);
  }

  // --- asking ---
  async call(method, path, data, time = TIMEOUT) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), time);
    const headers = { "X-Locale": this.locale };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (data) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(this.api + path, { method, headers, body: data && JSON.stringify(data), signal: stop.signal, cache: "no-store", credentials: "omit" });
      if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})), answer.headers.get("Retry-After"));
      if (answer.status === 204) return null;
      // Whatever is no JSON came from somebody in between: a hotel's sign-in page has not taken our message.
      return method === "GET" && path.startsWith("transcript") ? await answer.blob() : await answer.json();
    } finally {
      clearTimeout(timer);
    }
  }

  // What may be asked twice is, each time with more patience, until it is answered or refused.
  async insist(method, path, data, times = 3) {
    for (let tries = 0; ; tries++) {
      try {
        return await this.call(method, path, data, patience(tries));
      } catch (error) {
        if (error.isFinal || error.isStale || error.isWaiting || tries + 1 >= times) throw error;
        this.on.trying();
        await sleep(this.wait(tries));
      }
    }
  }

  async boot(given) {
    const told = await this.call("POST", "boot", { ...given, token: this.token || given.token || "", locale: this.locale }, patience(this.boots++));
    this.boots = 0;
    this.lineHolds();
    this.take(told);
    return told;
  }

  // What a boot told. A conversation that is another one is read from its beginning.
  take(told) {
    const before = this.chat && this.chat.id;
    this.adopt(told.token, told.conversation);
    if (!told.conversation || told.conversation.id !== before) this.begin(told.conversation);
    else this.sync();
    this.flush();
  }

  begin(chat) {
    this.hangUp();
    Object.assign(this, { chat, cursor: 0, heard: 0, tries: 0, failures: 0 });
    this.on.reload();
    if (chat) { this.sync(); this.connect(); }
  }

  adopt(token, chat) {
    if (token && token !== this.token) { this.token = token; this.on.token(token); }
    if (chat && this.chat && chat.id === this.chat.id) { this.chat = chat; this.on.chat(); }
  }

  // --- sending: in order, one at a time ---
  stored() {
    let kept = [];
    try { kept = JSON.parse(sessionStorage.getItem(this.shelf)) || []; } catch (_) { /* none here */ }
    // Files cannot be kept over a reload: their names are, so that it can be said.
    this.lost = kept.flatMap((one) => one.names || []);
    return kept.filter((one) => one.text).map((one) => ({ ...one, names: [] }));
  }

  shelve() {
    const texts = this.outbox.map(({ id, text, name, email, contact, files = [] }) => ({ id, text, name, email, contact, names: files.map((one) => one.name) }));
    try { sessionStorage.setItem(this.shelf, JSON.stringify(texts)); } catch (_) { /* none here */ }
    this.on.outbox();
  }

  send(item) {
    this.outbox.push(item);
    this.shelve();
    this.flush();
  }

  drop(item) {
    this.outbox = this.outbox.filter((one) => one !== item);
    this.shelve();
  }

  retry(item) {
    item.failed = "";
    item.tries = 0;
    this.flush();
  }

  async flush() {
    if (this.isSending || !this.token) return;
    this.isSending = true;
    clearTimeout(this.flushing);
    try {
      for (let item; (item = this.outbox.find((one) => !one.failed)); ) if (!(await this.post(item))) return;
    } finally {
      this.isSending = false;
    }
  }

  async post(item) {
    const { id, text = "", name = "", email = "", files = [] } = item;
    const data = { client_id: id, text, name, email, page_url: this.page || "" };
    try {
      const told = await (files.length ? this.upload(item, data) : this.call("POST", item.contact ? "contact" : "messages", data, patience(item.tries || 0)));
      if (!told || !told.conversation) throw new Error("no answer of ours");
      this.tries = 0;
      this.lineHolds();
      this.drop(item);
      this.said(item, told);
      return true;
    } catch (error) {
      return this.unsaid(item, error);
    }
  }

  said(item, told) {
    if (!this.chat || this.chat.id !== told.conversation.id) {
      this.adopt(told.token, null);
      this.on.sent(item, null);
      this.begin(told.conversation);
      return;
    }
    this.on.sent(item, told.message);
    this.adopt(told.token, told.conversation);
    if (told.message && told.message.seq === this.cursor + 1) this.cursor = told.message.seq;
    else this.sync();
  }

  async unsaid(item, error) {
    if (error.cancelled) { this.drop(item); return true; }
    if (error.isStale) { await this.on.lost(); return this.tries++ < 3; }
    if (error.isFinal) {
      item.failed = error.words || "?";
      this.on.failed(item, error);
      return true;
    }
    item.share = 0;
    if (error.isWaiting) this.on.blocked(error);
    else {
      item.tries = (item.tries || 0) + 1;
      this.lineIs("down");
    }
    this.on.progress(item);
    this.flushing = setTimeout(() => this.flush(), error.seconds * 1e3 || this.wait(this.tries++));
    return false;
  }

  upload(item, data) {
    return new Promise((done, broken) => {
      const form = new FormData();
      for (const name in data) form.append(name, data[name]);
      for (const file of item.files) form.append("files", file, file.name);
      const ask = item.ask = new XMLHttpRequest();
      ask.open("POST", `${this.api}messages`);
      ask.setRequestHeader("Authorization", `Bearer ${this.token}`);
      ask.setRequestHeader("X-Locale", this.locale);
      // As long as it gets on, it has time; the same file told twice is one message.
      const most = TIMEOUT * 2 ** Math.min(item.tries || 0, 3);
      const moved = () => {
        clearTimeout(item.stalling);
        item.stalling = setTimeout(() => { broken(new Error("stalled")); ask.abort(); }, most);
      };
      ask.upload.onprogress = (event) => { moved(); item.share = event.total ? event.loaded / event.total : 0; this.on.progress(item); };
      ask.onloadend = () => clearTimeout(item.stalling);
      moved();
      ask.onload = () => {
        let told = {};
        try { told = JSON.parse(ask.responseText); } catch (_) { /* no JSON */ }
        if (ask.status < 300) done(told);
        else broken(new Refused(ask.status, told, ask.getResponseHeader("Retry-After")));
      };
      ask.onerror = () => broken(new Error("network"));
      ask.onabort = () => broken(Object.assign(new Error("cancelled"), { cancelled: true }));
      ask.send(form);
    });
  }

  cancel(item) {
    if (item.ask && item.ask.readyState < 4 && this.isSending) item.ask.abort();
    else this.drop(item);
  }

  // --- reading ---
  async sync() {
    if (!this.chat || !this.token) return;
    if (this.isReading) { this.isAgain = true; return; }
    this.isReading = true;
    try {
      do {
        this.isAgain = false;
        await this.read();
      } while (this.isAgain && this.chat);
      this.lineHolds();
    } catch (error) {
      if (error.isStale) await this.on.lost();
      else if (error.isWaiting) this.on.blocked(error);
      else this.lineIs("down");
      clearTimeout(this.syncing);
      if (!error.isStale) this.syncing = setTimeout(() => this.sync(), error.seconds * 1e3 || this.wait(this.tries++));
    } finally {
      this.isReading = false;
    }
  }

  async read() {
    const { id } = this.chat;
    const told = await this.call("GET", this.after(id, this.cursor), undefined, patience(this.slow++));
    this.slow = 0;
    if (!this.chat || this.chat.id !== id) return;
    this.tries = 0;
    if (told.reload) { await this.on.lost(); return; }
    this.cursor = Math.max(this.cursor, told.seq);
    this.arrived(told.messages);
    this.on.messages(told.messages);
    this.adopt("", told.conversation);
    if (told.more) this.isAgain = true;
    const seq = told.conversation.seq;
    // A mail that may still be undone is not shown yet: one more look when its time is over.
    if (seq > this.cursor && seq > this.heard && !told.more) setTimeout(() => this.sync(), HELD);
    this.heard = Math.max(this.heard, seq);
  }

  // What we wrote and read here need not be sent again, though its own answer was lost.
  arrived(messages) {
    const there = new Set(messages.map((one) => one.client_id.replace(/^v:/, "")));
    const left = this.outbox.filter((one) => !there.has(one.id));
    if (left.length === this.outbox.length) return;
    this.outbox = left;
    this.shelve();
  }

  // An earlier conversation, a hundred messages at a time, for as long as `show` wants more.
  async earlier(id, show) {
    for (let after = 0, goesOn = true; goesOn; ) {
      const told = await this.insist("GET", this.after(id, after));
      if (told.reload) throw new Error("unknown");
      goesOn = show(told.messages) && told.more;
      after = told.seq;
    }
  }

  after(id, seq) {
    return `messages?conversation=${encodeURIComponent(id)}&after=${seq}`;
  }

  // --- hearing ---
  connect() {
    if (this.socket || !this.chat || !this.token) return;
    clearTimeout(this.connecting);
    const socket = this.socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/ws/chat/${encodeURIComponent(this.key)}/`);
    let last = Date.now(), pinged = Date.now();
    const beat = setInterval(() => {
      if (Date.now() - last > DEAD) { over({}); socket.close(); }
      else if (Date.now() - pinged > PING && socket.readyState === 1) { pinged = Date.now(); socket.send('{"ping":1}'); }
    }, LOOK);
    const over = (event) => {
      if (this.socket !== socket) return;
      clearInterval(beat);
      this.socket = null;
      this.isReady = false;
      this.failures += 1;
      if (event.code === 4401) { this.on.lost(); return; }
      if (!this.isPolling) this.lineIs("down");
      this.connecting = setTimeout(() => this.connect(), this.wait(this.failures - 1));
      if (this.failures >= FAILURES) this.poll();
    };
    socket.onopen = () => socket.send(JSON.stringify({ token: this.token, conversation: this.chat.id }));
    socket.onclose = over;
    socket.onmessage = (event) => { last = Date.now(); this.hear(JSON.parse(event.data)); };
    this.beat = beat;
  }

  hear(told) {
    if (told.kind === "ready") {
      this.isReady = true;
      this.failures = 0;
      this.sync();
    } else if (told.kind === "state" || (told.kind === "seq" && told.seq > this.cursor)) this.sync();
    else if (told.kind === "typing") this.on.typing(told);
  }

  tell(frame) {
    if (this.isReady) this.socket.send(JSON.stringify(frame));
  }

  // One long poll after the other until a socket holds again.
  async poll() {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      while (!this.isReady && this.chat) {
        try {
          const after = Math.max(this.cursor, this.heard);
          const told = await this.call("GET", `wait?conversation=${encodeURIComponent(this.chat.id)}&after=${after}`, undefined, PATIENCE);
          this.lineIs("poll");
          if (told.seq > after) await this.sync();
        } catch (error) {
          if (error.status === 404) { await this.on.lost(); await sleep(this.wait(3)); continue; }
          this.lineIs("down");
          await sleep(this.wait(this.tries++));
        }
      }
    } finally {
      this.isPolling = false;
    }
  }

  hangUp() {
    clearTimeout(this.connecting);
    clearInterval(this.beat);
    const socket = this.socket;
    this.socket = null;
    this.isReady = false;
    if (socket) socket.close();
  }

  hurry() {
    clearTimeout(this.connecting);
    this.tries = 0;
    this.flush();
    this.sync();
    this.connect();
  }

  // A short trouble is over within five seconds of its end; a long one is asked after seldom.
  wait(tries) {
    return Math.max(1e3, Math.min(tries < 8 ? LOOK : SLOWEST, 1e3 * 2 ** tries) * (0.5 + Math.random() / 2));
  }

  lineHolds() {
    this.lineIs(this.isReady ? "live" : this.isPolling ? "poll" : "read");
  }

  // Trouble is told only when it lasts.
  lineIs(state) {
    if (state === this.line) return;
    this.line = state;
    clearTimeout(this.telling);
    if (state === "down") this.telling = setTimeout(() => this.on.line("down"), UNNOTICED);
    else this.on.line(state);
  }
}
