// The library of others against the server: one scenario a run, for one version of the library and one choice of transports.
// node client.cjs PACKAGE TRANSPORTS SCENARIO URL; NODE_PATH says where the packages are.
const assert = require('node:assert/strict');
const [library, transports, scenario, url] = process.argv.slice(2);
const { io } = require(library);

const connect = (more = {}) => io(url, { forceNew: true, transports: transports.split(','), reconnectionDelay: 10, reconnectionDelayMax: 20, timeout: 60000, ...more });
const event = (socket, name) => new Promise(resolve => socket.once(name, (...args) => resolve(args)));
const ask = (socket, name, ...args) => new Promise(resolve => socket.emit(name, ...args, (...answer) => resolve(answer)));
const connected = async more => { const socket = connect(more); await event(socket, 'connect'); return socket; };
// The upgrade is over when the transport is the last of those that were asked for.
const settled = async socket => {
  const engine = socket.io.engine, last = transports.split(',').at(-1);
  if (engine.transport.name !== last) await new Promise(resolve => engine.once('upgrade', resolve));
  assert.equal(engine.transport.name, last);
};

const scenarios = {
  async 'is answered'() {
    const socket = await connected();
    assert.deepEqual(await ask(socket, 'echo', 1, 'zwei – 两', { three: [null] }), [1, 'zwei – 两', { three: [null] }]);
    assert.deepEqual(await ask(socket, 'echo'), []);
    await settled(socket);
    assert.deepEqual(await ask(socket, 'echo', 'behind the upgrade'), ['behind the upgrade']);
  },
  async 'answers'() {
    const socket = await connected();
    socket.on('question', (text, ack) => ack(text, 'answer'));
    assert.deepEqual(await ask(socket, 'ask', 'question'), ['question', 'answer']);
    await settled(socket);
    assert.deepEqual(await ask(socket, 'ask', 'again'), ['again', 'answer']);
  },
  async 'is told before and behind its connect'() {
    const socket = connect({ auth: { greet: true } });
    let greeted = false;
    socket.on('greeting', text => { assert.equal(text, 'hello'); assert.ok(socket.connected); greeted = true; });
    await event(socket, 'connect');
    await ask(socket, 'echo');
    assert.ok(greeted);
  },
  async 'is refused'() {
    const socket = connect({ auth: { refuse: true } });
    const [error] = await event(socket, 'connect_error');
    assert.equal(error.message, 'not you');
    assert.deepEqual(error.data, { type: 'unauthorized' });
    socket.auth = {};
    socket.connect();
    await event(socket, 'connect');
  },
  async 'finds no other namespace'() {
    const socket = io(url + '/admin', { forceNew: true, transports: transports.split(',') });
    const [error] = await event(socket, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
  },
  async 'leaves and comes again'() {
    const socket = await connected();
    const first = socket.id;
    socket.disconnect();
    socket.connect();
    await event(socket, 'connect');
    assert.notEqual(socket.id, first);
    assert.deepEqual(await ask(socket, 'echo', 2), [2]);
  },
  async 'is dropped and connects again'() {
    const socket = await connected();
    await settled(socket);
    socket.emit('drop');
    const [reason] = await event(socket, 'disconnect');
    assert.equal(reason, 'transport close');
    await event(socket, 'connect');
    assert.deepEqual(await ask(socket, 'echo', 'again'), ['again']);
  },
  async 'is dropped in the midst of the upgrade'() {
    for (let i = 0; i < 20; i++) {
      const socket = await connected();
      socket.emit('drop');
      await event(socket, 'disconnect');
      await event(socket, 'connect');
      socket.disconnect();
    }
  },
  async 'is disconnected for good'() {
    const socket = await connected();
    let last;
    socket.on('last', word => { last = word; });
    socket.io.on('reconnect_attempt', () => assert.fail('it connects again'));
    socket.emit('bye');
    const [reason] = await event(socket, 'disconnect');
    assert.equal(reason, 'io server disconnect');
    assert.equal(last, 'word');
    await new Promise(resolve => setTimeout(resolve, 100)); // it would connect again within 30 ms
  },
  async 'loses the network and connects again'() {
    const socket = await connected();
    await settled(socket);
    const engine = socket.io.engine;
    if (engine.transport.ws) engine.transport.ws.terminate();
    else engine.transport.onError('cut');
    await event(socket, 'connect');
    assert.deepEqual(await ask(socket, 'echo', 'again'), ['again']);
  },
  async 'sends and gets what is large'() {
    const socket = await connected();
    const text = 'ä'.repeat(200_000);
    assert.deepEqual(await ask(socket, 'echo', text), [text]);
    await settled(socket);
    assert.deepEqual(await ask(socket, 'echo', text), [text]);
  },
  async 'sends bytes'() {
    const socket = await connected();
    const [ok, length, data] = await ask(socket, 'bytes', Buffer.from([1, 2, 255]));
    assert.deepEqual([ok, length, data], [true, 3, 'AQL/']);
    await settled(socket);
    assert.equal((await ask(socket, 'bytes', Buffer.alloc(50_000)))[1], 50_000);
  },
  async 'keeps the order each way'() {
    const socket = await connected(), n = 10_000;
    let next = 0, wrong = 0;
    socket.on('number', i => { if (i !== next++) wrong++; });
    socket.emit('count', n);
    // Some before, some during and some behind the upgrade.
    for (let i = 0; i < n; i++) {
      socket.emit('number', i);
      if (i % 200 === 0) await new Promise(setImmediate);
    }
    assert.deepEqual(await ask(socket, 'numbers?'), [n, 0]);
    while (next < n) await event(socket, 'number');
    assert.deepEqual([next, wrong], [n, 0]);
    await settled(socket);
  },
  async 'outlives a fault'() {
    const socket = await connected();
    socket.emit('crash');
    await event(socket, 'disconnect');
    await event(socket, 'connect');
  },
  async 'answers pings'() {
    const socket = await connected();
    await settled(socket);
    let pings = 0;
    socket.io.on('ping', () => pings++);
    while (pings < 3) await event(socket.io, 'ping');
    assert.deepEqual(await ask(socket, 'echo', 'still here'), ['still here']);
  },
};

(async () => {
  assert.ok(scenarios[scenario], `no scenario ${scenario}`);
  await scenarios[scenario]();
  process.exit(0);
})().catch(error => { console.error(error); process.exit(1); });
