/**
 * What was logged without a network waits in a database of this device (IndexedDB) until it is
 * sent. The pages and the service worker share this script, so it is no module; it offers
 * `waiting`. An entry is bound to the person who wrote it, and is only sent in their session. Its id
 * goes with it, so that the server takes it once, however often it is sent.
 *
 * Entry: id, person, written (ms), fields ([name, value] pairs of the form), version (grows when it
 * is changed), isTried (an answer may have been lost), isChanged (since then), why and href (what
 * the server misses).
 */

"use strict";

{
  const TOKEN_URL = "/log/waiting/token/";
  const SEND_URL = "/log/waiting/send/";
  const news = new BroadcastChannel("hearth-waiting");

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("hearth", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("entries", { keyPath: "id" });
        asked.result.createObjectStore("device");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function ask(name, mode, question) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(name, mode);
        const request = question(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  /** Who is signed in on this device, as far as it knows: an id, or nobody. */
  async function person() {
    return (await ask("device", "readonly", (store) => store.get("person"))) ?? "";
  }

  async function setPerson(id) {
    await ask("device", "readwrite", (store) => store.put(id, "person"));
  }

  /** What waits on this device: of the one who is signed in, and how much of others. */
  async function all() {
    const [me, found] = [await person(), await ask("entries", "readonly", (store) => store.getAll())];
    const mine = found.filter((entry) => me && entry.person === me);
    mine.sort((one, other) => one.written - other.written);
    return { mine, others: found.length - mine.length };
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function keep({ id = newId(), fields, isTried = false }) {
    const entry = { id, person: await person(), written: Date.now(), fields, version: 1, isTried };
    if (!entry.person) throw new Error("Nobody is signed in on this device.");
    await ask("entries", "readwrite", (store) => store.put(entry));
    if (!navigator.onLine) await sendLater();
    news.postMessage({ sent: [] });
    return entry;
  }

  /** Change an entry where it still is; null removes it. */
  async function amend(id, change) {
    await ask("entries", "readwrite", (store) => {
      const found = store.get(id);
      found.onsuccess = () => {
        if (!found.result) return;
        const changed = change(found.result);
        if (changed) store.put(changed);
        else store.delete(id);
      };
      return found;
    });
  }

  async function putBack(entry) {
    await ask("entries", "readwrite", (store) => store.put(entry));
    news.postMessage({ sent: [] });
  }

  function rewrite(id, fields) {
    return amend(id, (entry) => ({
      ...entry, fields, version: entry.version + 1, isChanged: entry.isTried, why: "", href: "",
    }));
  }

  function body(entry) {
    const said = new URLSearchParams(entry.fields);
    said.set("external_id", entry.id);
    said.set("written_by", entry.person);
    said.set("age", Math.max(0, Date.now() - entry.written) / 1000);
    said.set("is_changed", entry.isChanged ? "on" : "");
    return said;
  }

  async function post(entry, token) {
    await amend(entry.id, (found) => ({ ...found, isTried: true }));
    const headers = { "X-CSRFToken": token };
    const response = await fetch(SEND_URL, { method: "POST", headers, body: body(entry) });
    if (response.status === 401 || response.status === 409) return { status: "signed_out" };
    if (!response.ok && response.status !== 400) return { status: "failed" };
    return response.json();
  }

  /** Remove what arrived, unless it was changed meanwhile; keep what is missing with the rest. */
  function settle(entry, answer) {
    return amend(entry.id, (found) => {
      if (answer.status === "needs_you") {
        return { ...found, isTried: Boolean(answer.href), why: answer.reason, href: answer.href };
      }
      return found.version === entry.version ? null : { ...found, isChanged: true };
    });
  }

  async function sendAll() {
    const { mine } = await all();
    const report = { sent: [], state: "done" };
    if (!mine.length) return report;
    try {
      const session = await (await fetch(TOKEN_URL, { cache: "no-store" })).json();
      if (session.person !== mine[0].person) return { ...report, state: "signed_out" };
      for (const entry of mine) {
        const answer = await post(entry, session.token);
        if (answer.status === "signed_out" || answer.status === "failed") {
          report.state = answer.status;
          break;
        }
        await settle(entry, answer);
        if (answer.toast) report.sent.push(answer.toast);
      }
    } catch {
      report.state = "offline";
    }
    if (report.state === "offline" || report.state === "failed") await sendLater();
    news.postMessage(report);
    return report;
  }

  /** Send what waits, one tab or worker at a time. */
  function send() {
    return navigator.locks ? navigator.locks.request("hearth-send", sendAll) : sendAll();
  }

  /** Let the browser call the worker once there is a network, where it can; that comes again. */
  async function sendLater() {
    try {
      const worker = await navigator.serviceWorker?.getRegistration();
      await worker?.sync?.register("send-waiting");
    } catch {
      // Not allowed here: pages send when they are opened, and when the network is back.
    }
  }

  function onNews(listener) {
    new BroadcastChannel("hearth-waiting").addEventListener("message", (event) => listener(event.data));
  }

  self.waiting = { all, amend, keep, onNews, person, putBack, rewrite, send, setPerson };
}
