// Church 2.14 to 2.23 from outside: a church is being marked while the program stops or is killed,
// and every volunteer ends with every mark, each once, in order. `CHURCH_CLIENTS` says how many.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { connected, mark, marksHeard, sheet, startChurches, until, volunteer } from './church.mjs';
import { start } from './rollcall.mjs';

const clients = Number(process.env.CHURCH_CLIENTS ?? 60);
const updates = 50;
const transports = [['polling'], ['websocket'], ['polling', 'websocket']];

let rollcall;
let sockets = [];

afterEach(async () => {
  for (const socket of sockets) socket.disconnect();
  sockets = [];
  await rollcall?.remove();
});

/** Marks a person however often the connection breaks, as the app does with what is not acknowledged. */
async function insist(writer, individualId) {
  const clientTimestamp = Date.now();
  for (let tries = 0; tries < 20; tries += 1) {
    await connected(writer);
    const given = new AbortController();
    const lost = once(writer, 'disconnect', { signal: given.signal }).then(() => null);
    const answer = mark(writer, individualId, true, sheet, { clientTimestamp });
    const kept = await Promise.race([answer, lost]).catch(() => null);
    given.abort();
    answer.catch(() => null);
    lost.catch(() => null);
    if (kept) return;
  }
  throw new Error(`person ${individualId} could not be marked`);
}

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`c2_14 ${clients} volunteers hear each of ${updates} marks once across a ${signal}`, async () => {
    rollcall = await startChurches();
    const audience = Array.from({ length: clients }, (_, nth) =>
      volunteer(rollcall, (nth % 3) + 1, { transports: transports[nth % transports.length] }));
    const writer = volunteer(rollcall, 1, { reconnectionDelay: 50 });
    sockets = [writer, ...audience];
    await connected(...sockets);
    const recovered = [];
    for (const socket of audience) socket.on('connect', () => recovered.push(socket.recovered));
    const pids = audience.map((socket) => socket.id);

    const restart = async () => {
      await until(() => marksHeard(writer).length >= updates / 3, () => 'the first third');
      await rollcall.kill(signal);
      const { data, ports } = rollcall;
      const began = Date.now();
      rollcall = await start({ dialects: ['church'], data, ports });
      assert.ok(Date.now() - began < 2_000, 'c2_12 connections are taken again within 2 s');
    };
    const write = async () => {
      for (let person = 1; person <= updates; person += 1) {
        await insist(writer, person);
        await sleep(10);
      }
    };
    await Promise.all([restart(), write()]);

    const wanted = Array.from({ length: updates }, (_, nth) => nth + 1);
    const behind = () => audience.filter((socket) => marksHeard(socket).length < updates);
    const tell = () => `${behind().length} of ${clients} are behind`;
    await until(() => behind().length === 0, tell, 30_000);
    await sleep(500);
    for (const socket of audience) assert.deepEqual(marksHeard(socket), wanted);
    assert.deepEqual(recovered, Array(clients).fill(true));
    assert.deepEqual(audience.map((socket) => socket.id), pids, 'c2_14 ids are unchanged');
  });
}

test('c2_18 c2_19 what was missed comes held back, in order, for the rooms one had', async () => {
  rollcall = await startChurches();
  const [writer, reader] = [volunteer(rollcall, 1), volunteer(rollcall, 2)];
  sockets = [writer, reader];
  await connected(...sockets);
  reader.emit('join_attendance', sheet);
  await once(reader, 'joined_attendance');
  reader.heard.length = 0;
  reader.io.engine.close();
  for (let person = 1; person <= 5; person += 1) await mark(writer, person);
  await mark(writer, 6, true, { gatheringId: 1, date: '2025-01-28' });
  await connected(reader);
  assert.equal(reader.recovered, true);
  const back = Date.now();
  await once(reader, 'attendance_update');
  const held = Date.now() - back;
  assert.ok(held >= 290 && held < 1_500, `held for ${held} ms`);
  await mark(writer, 7);
  await until(() => marksHeard(reader).includes(7), () => JSON.stringify(reader.heard));
  assert.deepEqual(marksHeard(reader), [1, 2, 3, 4, 5, 7]);
});

test('c2_22 a client that comes back takes over from its half-open connection', async () => {
  rollcall = await startChurches();
  const first = volunteer(rollcall, 2);
  const writer = volunteer(rollcall, 1);
  sockets = [first, writer];
  await connected(...sockets);
  await mark(writer, 1);
  await until(() => marksHeard(first).length === 1, () => 'the first mark');
  const [gone, id] = [once(first, 'disconnect'), first.id];
  // What the client itself would send when it comes back; it shows neither to its caller.
  const second = volunteer(rollcall, 2, {
    auth: { userId: 2, pid: first._pid, offset: first._lastOffset },
  });
  sockets.push(second);
  first.io.reconnection(false);
  await connected(second);
  assert.equal(second.id, id);
  await gone;
  await mark(writer, 2);
  await until(() => marksHeard(second).length === 1, () => JSON.stringify(second.heard));
  assert.deepEqual(marksHeard(second), [2]);
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`c2_19 c2_23 the rooms of a session outlive a ${signal}`, async () => {
    rollcall = await startChurches();
    const late = { reconnectionDelay: 2_000, reconnectionDelayMax: 2_000, randomizationFactor: 0 };
    const [writer, reader] = [volunteer(rollcall, 1), volunteer(rollcall, 2, late)];
    sockets = [writer, reader];
    await connected(...sockets);
    reader.emit('join_attendance', sheet);
    await once(reader, 'joined_attendance');
    reader.heard.length = 0;
    await rollcall.kill(signal);
    const { data, ports } = rollcall;
    rollcall = await start({ dialects: ['church'], data, ports });
    await connected(writer);
    await mark(writer, 1);
    await mark(writer, 2, true, { gatheringId: 1, date: '2025-01-28' });
    await connected(reader);
    assert.equal(reader.recovered, true);
    await until(() => marksHeard(reader).includes(1), () => JSON.stringify(reader.heard));
    await mark(writer, 3, true, { gatheringId: 1, date: '2025-01-28' });
    await mark(writer, 4);
    await until(() => marksHeard(reader).includes(4), () => JSON.stringify(reader.heard));
    assert.deepEqual(marksHeard(reader), [1, 4]);
  });
}
