// As much of a browser as the phone's queue asks of one; what is kept lies in memory.
import "fake-indexeddb/auto";

export const server = { answers: [], asked: [], isAway: false };

class XMLHttpRequest {
  upload = {};
  headers = {};
  open(method, path) { Object.assign(this, { method, path }); }
  setRequestHeader(name, value) { this.headers[name] = value; }
  getResponseHeader() { return "application/json"; }
  abort() { this.onabort?.(); }
  send(body) {
    const values = JSON.parse(body.get("json"));
    server.asked.push({ path: this.path, values, csrf: this.headers["X-CSRFToken"] });
    setTimeout(() => {
      if (server.isAway) this.onerror?.();
      else {
        const [status, told] = server.answers.length ? server.answers.shift() : [201, { code: "C1" }];
        Object.assign(this, { status, responseText: JSON.stringify(told), responseURL: this.path });
        this.onload?.();
      }
      this.onloadend?.();
    });
  }
}

const me = { name: "inspector", title: "监督员", csrf: "token" };
Object.assign(globalThis, {
  XMLHttpRequest,
  addEventListener() {},
  document: {
    documentElement: { lang: "zh-CN", dataset: { timeZone: "Asia/Shanghai" } },
    cookie: "",
    addEventListener() {},
    querySelector: () => null,
    getElementById: () => ({ textContent: "{}" }),
  },
  fetch: async () => {
    if (server.isAway) throw new TypeError("no signal");
    return { ok: true, status: 200, json: async () => me };
  },
});
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
