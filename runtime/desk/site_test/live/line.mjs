// A line to a runtime that can be cut: a proxy on the loopback address.

import { createServer, connect } from 'node:net';

/** Gives {url, cut(), hold(), close()}: hold stops answers from coming through until the next cut. */
export async function line(url) {
  const { hostname, port } = new URL(url);
  const pairs = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = { near, far };
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const end of [near, far]) {
      end.on('error', () => {});
      end.on('close', () => {
        near.destroy();
        far.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
    },
    hold() {
      for (const { near, far } of pairs) {
        far.unpipe(near);
        far.resume();
      }
    },
    close() {
      this.cut();
      server.close();
    },
  };
}
