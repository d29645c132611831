// The gym's clients of several generations at one desk, over real sockets (contract gym).

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';

import { start, token } from './rollcall.mjs';

const tenant = {
  tenant: { id: 'iron', name: 'Iron Yard', time_zone: 'America/New_York' },
  accounts: [{ id: '7', username: 'desk', first_name: 'Dee', role: 'staff' }],
  people: Array.from({ length: 30 }, (_, n) => ({
    id: `00000000-0000-4000-8000-${String(n + 1).padStart(12, '0')}`,
    number: `GYM${String(n + 1).padStart(4, '0')}`,
    first_name: 'Member',
    last_name: String(n + 1),
    kind: 'member',
  })),
};

let program;
let access;

before(async () => {
  const file = join(tmpdir(), `gym-${process.pid}.json`);
  await writeFile(file, JSON.stringify(tenant));
  program = await start({ dialects: ['gym'], imports: [file] });
  access = token({ token_type: 'access', user_id: 7, jti: 'a'.repeat(32) });
});

after(() => program?.kill());

/** A socket that keeps what it hears; `heard(type)` waits for the next of a type. */
async function socket(query = `?token=${access}`) {
  const ws = new WebSocket(`${program.url('gym').replace('http', 'ws')}/ws/checkins/${query}`);
  const frames = [];
  const waiting = [];
  ws.on('message', (text) => {
    frames.push(JSON.parse(text));
    waiting.splice(0).forEach((wake) => wake());
  });
  const closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)));
  await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject));
  let read = 0;
  async function heard(type) {
    for (;;) {
      while (read < frames.length) {
        const frame = frames[read++];
        if (!type || frame.type === type) return frame;
      }
      await new Promise((resolve) => waiting.push(resolve));
    }
  }
  return { ws, frames, heard, closed, say: (frame) => ws.send(JSON.stringify(frame)) };
}

test('g2_8 a token in the address joins at once and statistics come first', async () => {
  const desk = await socket();
  assert.equal((await desk.heard()).type, 'initial_stats');
  assert.equal((await desk.heard('connection_status')).payload, 'connected');
  desk.ws.close();
});

test('g2_9 a message signs in with three frames in order, and work may follow unasked', async () => {
  const desk = await socket('');
  desk.say({ type: 'authenticate', data: { token: access } });
  desk.say({ type: 'check_in', data: { memberId: 'GYM0030' } });
  const types = [];
  while (types.at(-1) !== 'check_in_success') types.push((await desk.heard()).type);
  assert.deepEqual(types.slice(0, 3), ['authentication_success', 'initial_stats', 'auth_response']);
  desk.ws.close();
});

test('g2_11 a bad token gets three frames and 4001', async () => {
  const stranger = await socket('?token=nonsense');
  assert.equal(await stranger.closed, 4001);
  const types = stranger.frames.map((frame) => frame.type);
  assert.deepEqual(types, ['error', 'authentication_error', 'auth_response']);
});

test('g7_4 of twenty check-ins at once one succeeds', async () => {
  const desks = await Promise.all(Array.from({ length: 20 }, () => socket()));
  await Promise.all(desks.map((desk) => desk.heard('initial_stats')));
  for (const desk of desks) desk.say({ type: 'check_in', payload: { member_id: 'GYM0001' } });
  const answers = await Promise.all(
    desks.map(async (desk) => {
      for (;;) {
        const { type, payload } = await desk.heard();
        if (type === 'check_in_success' || type === 'check_in_error') return payload.code ?? 'in';
      }
    }),
  );
  assert.equal(answers.filter((answer) => answer === 'in').length, 1);
  assert.equal(answers.filter((answer) => answer === 'already_checked_in').length, 19);
  desks.forEach((desk) => desk.ws.close());
});

test('g4_11 every screen sees every check-in once and in one order, and REST agrees', async () => {
  const walls = await Promise.all(Array.from({ length: 50 }, () => socket()));
  await Promise.all(walls.map((wall) => wall.heard('initial_stats')));
  const desk = await socket();
  await desk.heard('initial_stats');
  const numbers = Array.from({ length: 15 }, (_, n) => `GYM${String(n + 2).padStart(4, '0')}`);
  numbers.forEach((member_id) => desk.say({ type: 'check_in', member_id }));
  for (const wall of walls) {
    const seen = [];
    while (seen.length < numbers.length) {
      seen.push((await wall.heard('member_checked_in')).payload.member.membership_number);
    }
    assert.deepEqual(seen, numbers);
  }
  const headers = { authorization: `Bearer ${access}` };
  const answer = await fetch(`${program.url('gym')}/api/checkins/stats/`, { headers });
  const stats = await answer.json();
  let shown;
  do shown = (await walls[0].heard('stats_update')).payload;
  while (shown.currentlyIn !== stats.currentlyIn);
  assert.equal(shown.todayTotal, stats.todayTotal);
  [...walls, desk].forEach((each) => each.ws.close());
});

test('g3_7 no content of a frame closes a socket', async () => {
  const desk = await socket();
  await desk.heard('initial_stats');
  for (const text of ['{', '[]', '1', '{"type":7}', '{"type":"nobody_knows"}', 'null']) {
    desk.ws.send(text);
  }
  desk.say({ type: 'ping' });
  await desk.heard('pong');
  assert.equal(desk.ws.readyState, WebSocket.OPEN);
  desk.ws.close();
});
