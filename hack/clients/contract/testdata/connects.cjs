// Connects count desks in a row and counts those that came through: a CONNECT that is answered, and told of its rows. SETUP as in story.cjs.
const { count, library, url, transports, profile, tokens } = JSON.parse(process.env.SETUP);
const { io } = require(library), agents = Object.values(tokens);
const patience = 120_000; // a machine that does ten things at once is slow; what is lost never comes

const once = i => new Promise(resolve => {
  const begun = performance.now();
  const socket = io(url, { forceNew: true, reconnection: false, timeout: patience, transports, auth: { token: agents[i % agents.length], profile } });
  const done = how => { clearTimeout(late); socket.disconnect(); resolve({ how, ms: performance.now() - begun }); };
  const late = setTimeout(done, patience, `number ${i} is lost: ${socket.connected ? 'connected, and told of nothing' : 'not connected'}`);
  socket.on('connect_error', err => done(`number ${i} is refused: ${err.message}`));
  socket.on('pullModeSubscribedListRequests', () => done(''));
});

(async () => {
  const begun = performance.now(), took = [], lost = [];
  for (let i = 0; i < count; i++) {
    const { how, ms } = await once(i);
    took.push(ms);
    if (how) lost.push(how);
  }
  took.sort((a, b) => a - b);
  const at = q => Number(took[Math.min(took.length - 1, Math.floor(q * took.length))].toFixed(1));
  console.log(JSON.stringify({ connects: count, lost, seconds: Number(((performance.now() - begun) / 1000).toFixed(1)), p50: at(0.5), p99: at(0.99), max: at(1) }));
  process.exit(0);
})();
