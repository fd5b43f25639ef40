// The other end of a WebSocket, in the test's own hands: what the runtime would say at
// moments that cannot be had from a real one. How the two get on is tried with a real
// one in runtime/.

/** A class that takes the place of WebSocket; its instances are in `sockets`, newest last. */
export function sockets() {
  const made = [];
  class Socket {
    sent = [];
    closed = false;
    constructor(address, protocols) {
      Object.assign(this, { address, protocols });
      made.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.closed = true;
    }
    // What the other end does.
    open() {
      this.onopen({});
    }
    says(message) {
      this.onmessage({ data: JSON.stringify(message) });
    }
    welcome(expiresInMs = 3600_000, agent = 'alice') {
      this.says({ type: 'welcome', agent, expiresInMs });
    }
    ends(code = 1006, reason = '') {
      this.onclose({ code, reason });
    }
    calls() {
      return this.sent.filter((m) => m.type === 'call');
    }
  }
  return { WebSocket: Socket, sockets: made, last: () => made.at(-1) };
}

/** Lets everything run that waits for nothing. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
