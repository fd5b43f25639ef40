// Connects in a row, each waited for until it is answered and, where that was asked for, upgraded.
// node connects.cjs PACKAGE TRANSPORTS COUNT URL; NODE_PATH says where the packages are.
const [library, transports, count, url] = process.argv.slice(2);
const { io } = require(library);
const last = transports.split(',').at(-1);

const one = () => new Promise(resolve => {
  const socket = io(url, { forceNew: true, reconnection: false, transports: transports.split(',') });
  const end = ok => { clearTimeout(patience); socket.disconnect(); resolve(ok); };
  const patience = setTimeout(end, 60000, false);
  socket.on('connect_error', () => end(false));
  socket.on('connect', () => {
    const engine = socket.io.engine;
    const answered = () => socket.emit('echo', 1, () => end(true));
    if (engine.transport.name === last) answered();
    else engine.once('upgrade', answered);
  });
});

(async () => {
  const result = { connected: 0, lost: 0 };
  for (let i = 0; i < +count; i++) result[await one() ? 'connected' : 'lost']++;
  console.log(JSON.stringify(result));
  process.exit(0);
})();
