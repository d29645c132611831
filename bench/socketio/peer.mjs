// Socket.IO's own server, doing the least that the church dialect does: `rollcall bench --peer`.
//
// It verifies nothing, keeps nothing, commits nothing and tells nobody who is present, so whatever
// it costs is Socket.IO's and Node's own. Every setting is the default, except that the one
// transport that is measured is the only one.
//
// node peer.mjs PORT RATE BYTES: `RATE` updates a second to everybody (0: none), each in a
// WebSocket frame of `BYTES`.

import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [port, rate, bytes] = process.argv.slice(2).map(Number);
const server = createServer();
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('join_attendance', ({ gatheringId, date }) => {
    socket.join(`attendance:${gatheringId}:${date}`);
    socket.emit('joined_attendance', { gatheringId, date });
  });
  socket.emit('connected', { message: 'WebSocket connection established' });
});

/** An update whose frame is so long: the header, `42`, the name, the payload. */
function update() {
  const payload = { gatheringId: 1, date: '2026-11-21', rest: '' };
  const header = bytes < 128 ? 2 : 4;
  const text = `42${JSON.stringify(['attendance_update', payload])}`;
  payload.rest = 'x'.repeat(Math.max(0, bytes - header - text.length));
  return payload;
}

if (rate > 0) {
  const payload = update();
  let next = performance.now();
  const round = () => {
    io.emit('attendance_update', payload);
    next += 1000 / rate;
    setTimeout(round, next - performance.now());
  };
  round();
}

server.listen(port, '127.0.0.1');
