// A small church to test with, and its volunteers on the client that the app uses.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { io } from 'socket.io-client';

import { start, token } from './rollcall.mjs';

/** The sheet that most tests write on. */
export const sheet = { gatheringId: 1, date: '2025-01-21' };

const people = 60;

/** Both churches have the same ids throughout. */
export const churches = ['gra_4f09c2', 'hop_a1b2c3'];

/** By user id: who sees all, who sees gathering 1 alone, who sees 1 and 3, who sees none. */
const accounts = [
  { id: '1', first_name: 'Ada', last_name: 'Pryce', role: 'admin' },
  { id: '2', first_name: 'Cole', last_name: 'Barton', role: 'coordinator', gatherings: ['1'] },
  { id: '3', first_name: 'Tess', last_name: 'Wynn', role: 'attendance_taker', gatherings: ['1', '3'] },
  { id: '5', first_name: 'Uma', last_name: 'Reid', role: 'coordinator', gatherings: [] },
  { id: '6', first_name: 'Far', last_name: 'Away', role: 'admin' },
  { id: '4', first_name: 'Gone', last_name: 'Long', role: 'admin', active: false },
];

function tenant(id, kiosk) {
  const ids = Array.from({ length: people }, (_, nth) => String(nth + 1));
  return {
    tenant: { id, name: id, time_zone: 'Australia/Sydney', settings: { church: { kiosk_rest: kiosk } } },
    accounts: accounts.map((account) => ({
      username: `user${account.id}`,
      email: `user${account.id}@example.org`,
      ...account,
    })),
    people: ids.map((id) => ({
      id,
      first_name: `P${id}`,
      last_name: 'Sample',
      kind: 'regular',
      child: false,
    })),
    gatherings: [
      { id: '1', name: 'Service', kind: 'standard', frequency: 'weekly', roster: ids },
      { id: '2', name: 'Evening', kind: 'headcount', frequency: 'weekly', headcount_mode: 'combined' },
      { id: '3', name: 'Youth', kind: 'standard', frequency: 'weekly', roster: ids.slice(0, 9) },
    ],
  };
}

/** The program with both churches, and with `kiosk` self check-in; `remove` ends it. */
export async function startChurches({ kiosk = false, ...options } = {}) {
  const files = await mkdtemp(join(tmpdir(), 'rollcall-churches-'));
  const imports = [];
  for (const id of churches) {
    imports.push(join(files, `${id}.json`));
    await writeFile(imports.at(-1), JSON.stringify(tenant(id, kiosk)));
  }
  try {
    return await start({ dialects: ['church'], imports, ...options });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

/** What the app's own server would have put into the cookie. */
export function cookie(user, churchId = churches[0]) {
  return token({
    userId: user,
    email: `user${user}@example.org`,
    mobile: null,
    role: 'admin',
    churchId,
  });
}

/**
 * A volunteer's socket, not yet connected. It comes back quickly, so that tests are short.
 *
 * @param {import('./rollcall.mjs').Rollcall} rollcall
 * @param {number} user
 * @param {object} [options] `churchId`, and options of the client
 */
export function volunteer(rollcall, user, { churchId = churches[0], ...options } = {}) {
  const socket = io(rollcall.url('church'), {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    extraHeaders: { cookie: `authToken=${cookie(user, churchId)}` },
    auth: { userId: user, churchId },
    ...options,
  });
  /** Every event it got, in order: `[name, payload]`. */
  socket.heard = [];
  socket.onAny((name, payload) => socket.heard.push([name, payload]));
  return socket;
}

/** Waits until all of them are in. */
export function connected(...sockets) {
  return Promise.all(sockets.map((socket) => (socket.connected ? null : once(socket, 'connect'))));
}

/** Sends an event and waits for its reply. */
export async function ask(socket, name, payload, reply) {
  const replied = once(socket, reply, { signal: AbortSignal.timeout(10_000) });
  socket.emit(name, payload);
  const [answer] = await replied;
  return answer;
}

/** Marks one person and waits until that is kept. */
export function mark(socket, individualId, present = true, place = sheet, more = {}) {
  const records = [{ individualId, present, ...more }];
  return ask(socket, 'record_attendance', { ...place, records }, 'attendance_update_success');
}

/** The people of all attendance updates that a socket heard, in order. */
export function marksHeard(socket) {
  const updates = socket.heard.filter(([name]) => name === 'attendance_update');
  return updates.flatMap(([, update]) => (update.records ?? []).map((one) => one.individualId));
}

/** Waits until `holds()` does. */
export async function until(holds, what, withinMs = 10_000) {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what()}`);
    await sleep(10);
  }
}
