// The church dialect from outside: what volunteers see with the app's own Socket.IO client.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import {
  ask, churches, connected, cookie, mark, marksHeard, sheet, startChurches, until, volunteer,
} from './church.mjs';
import { secret, token } from './rollcall.mjs';
import { polling, wire } from './suite.mjs';

const path = '/socket.io/';
const anyTransport = [['polling'], ['websocket'], ['polling', 'websocket']];

let rollcall;
let open = [];

before(async () => (rollcall = await startChurches()));
after(() => rollcall?.remove());
afterEach(() => {
  for (const socket of open) socket.disconnect();
  open = [];
});

/** A volunteer who leaves when the test is over. */
async function enter(user, options) {
  const socket = volunteer(rollcall, user, options);
  open.push(socket);
  await connected(socket);
  return socket;
}

/** Long enough for an event that is wrongly sent to arrive. */
const silence = () => sleep(150);

describe('both generations', () => {
  for (const transports of anyTransport) {
    test(`c2_3 a mark reaches everybody over ${transports.join(', then ')}`, async () => {
      const [writer, reader] = [await enter(1, { transports }), await enter(2, { transports })];
      const date = `2024-0${anyTransport.indexOf(transports) + 1}-07`;
      await mark(writer, 7, true, { gatheringId: 1, date });
      await until(() => marksHeard(reader).includes(7), () => JSON.stringify(reader.heard));
      const names = writer.heard.map(([name]) => name);
      assert.deepEqual(names, ['connected', 'attendance_update', 'attendance_update_success']);
      const [, update] = reader.heard.at(-1);
      assert.deepEqual([update.gatheringId, update.date, update.updatedBy], [1, date, 1]);
    });
  }

  test('c2_3 marks that come during an upgrade are neither lost nor reordered', async () => {
    const writer = await enter(1);
    const place = { gatheringId: 1, date: '2024-06-02' };
    const options = { transports: ['polling', 'websocket'] };
    const readers = await Promise.all(Array.from({ length: 20 }, () => enter(2, options)));
    const wanted = Array.from({ length: 30 }, (_, nth) => nth + 1);
    for (const individualId of wanted) {
      writer.emit('record_attendance', { ...place, records: [{ individualId, present: true }] });
    }
    for (const reader of readers) {
      await until(() => marksHeard(reader).length >= wanted.length, () => marksHeard(reader).join());
    }
    await silence();
    for (const reader of readers) assert.deepEqual(marksHeard(reader), wanted);
  });

  test('c4_5 a page that leaves its room at once still sees updates', async () => {
    const page = await enter(3, { transports: ['polling'] });
    page.emit('join_attendance', sheet);
    page.emit('leave_attendance', sheet);
    await once(page, 'left_attendance');
    const writer = await enter(1);
    await mark(writer, 8);
    await mark(writer, 8, true, { gatheringId: 3, date: '2025-01-24' });
    await until(() => marksHeard(page).length === 2, () => JSON.stringify(page.heard));
  });

  test('c4_4 a page that stays in a room hears that sheet alone', async () => {
    const page = await enter(3);
    const joined = await ask(page, 'join_attendance', sheet, 'joined_attendance');
    assert.deepEqual(joined.activeUsers.map(({ id }) => id), [3]);
    const writer = await enter(1);
    await mark(writer, 1, true, { gatheringId: 3, date: '2025-01-25' });
    await mark(writer, 9);
    await until(() => marksHeard(page).length > 0, () => JSON.stringify(page.heard));
    assert.deepEqual(marksHeard(page), [9]);
  });
});

describe('who hears what', () => {
  test('c10_2 two churches with the same ids hear nothing of each other', async () => {
    const [here, there] = [await enter(1), await enter(1, { churchId: churches[1] })];
    const place = { gatheringId: 1, date: '2025-02-02' };
    await mark(here, 11, true, place);
    await silence();
    assert.deepEqual(there.heard.map(([name]) => name), ['connected']);
    const { attendanceList } = await ask(there, 'load_attendance', place, 'load_attendance_success');
    assert.ok(attendanceList.every(({ present }) => !present), 'nobody is present over there');
    await mark(there, 12, true, place);
    await silence();
    assert.deepEqual(marksHeard(here), [11]);
    assert.deepEqual(marksHeard(there), [12]);
  });

  test('c10_3 a coordinator hears and writes assigned gatherings only', async () => {
    const [admin, coordinator] = [await enter(1), await enter(2)];
    const youth = { gatheringId: 3, date: '2025-02-07' };
    await mark(admin, 1, true, youth);
    await mark(admin, 2, true, { gatheringId: 1, date: '2025-02-09' });
    await until(() => marksHeard(coordinator).length > 0, () => 'the assigned one came');
    assert.deepEqual(marksHeard(coordinator), [2]);
    const records = [{ individualId: 3, present: true }];
    const denied = { message: 'Access denied to this gathering type.' };
    const refused = [
      ['record_attendance', { ...youth, records }, 'attendance_update_error'],
      ['load_attendance', youth, 'load_attendance_error'],
      ['join_attendance', youth, 'error'],
    ];
    for (const [name, payload, reply] of refused) {
      const answered = new Promise((resolve) => coordinator.once(reply, resolve));
      coordinator.emit(name, payload);
      assert.deepEqual(await answered, denied, name);
    }
  });
});

describe('merging', () => {
  test('c7_3a an offline queue that is sent three times leaves one set of marks', async () => {
    const [writer, witness] = [await enter(1), await enter(2)];
    const place = { gatheringId: 1, date: '2025-03-02' };
    const clientTimestamp = Date.now() - 60_000;
    const records = [21, 22, 23].map((individualId) => ({ individualId, present: true, clientTimestamp }));
    const statuses = [];
    for (let round = 0; round < 3; round += 1) {
      const reply = 'attendance_update_success';
      const { results } = await ask(writer, 'record_attendance', { ...place, records }, reply);
      statuses.push(results.map(({ status }) => status));
    }
    const [applied, again] = ['applied', 'duplicate'].map((status) => Array(3).fill(status));
    assert.deepEqual(statuses, [applied, again, again]);
    await silence();
    assert.deepEqual(marksHeard(witness), [21, 22, 23]);
  });

  test('c7_6 two who disagree end with the same truth', async () => {
    const [one, other] = [await enter(1), await enter(2)];
    const place = { gatheringId: 1, date: '2025-03-09' };
    await mark(one, 31, true, place);
    const clientTimestamp = Date.now() - 3_600_000;
    const late = await mark(other, 31, false, place, { clientTimestamp });
    assert.equal(late.hasConflicts, true);
    assert.equal(late.results[0].reason, 'stale_data');
    const screen = (socket) => {
      const updates = socket.heard.filter(([name]) => name === 'attendance_update');
      return updates.at(-1)?.[1].records.at(-1).present;
    };
    await until(() => other.heard.filter(([name]) => name === 'attendance_update').length === 2, () =>
      JSON.stringify(other.heard));
    assert.deepEqual([screen(one), screen(other)], [true, true]);
    for (const socket of [one, other]) {
      const { attendanceList } = await ask(socket, 'load_attendance', place, 'load_attendance_success');
      assert.equal(attendanceList.find(({ id }) => id === 31).present, true);
    }
  });
});

describe('refusals', () => {
  const other = 'another secret that nobody here has ever been told';
  const table = [
    ['Authentication required - no token', {}],
    ['Invalid token', { token: 'x.y.z' }],
    ['Invalid token', { token: token({ userId: 1, churchId: churches[0] }, { key: other }) }],
    ['Token expired', {
      token: token({ userId: 1, churchId: churches[0] }, { expiresInSeconds: -60 }),
    }],
    ['User not found or inactive', { token: cookie(99) }],
    ['User not found or inactive', { token: cookie(4) }],
    ['User not found or inactive', { token: cookie(1, 'nob_000000') }],
    ['Authentication data mismatch', { token: cookie(1), userId: 2 }],
    ['Authentication data mismatch', { token: cookie(1), userId: '1' }],
    ['Church ID mismatch', { token: cookie(1), churchId: churches[1] }],
  ];
  for (const [message, auth] of table) {
    test(`c3_3 ${message}`, async () => {
      assert.notEqual(other, secret);
      const socket = wire(rollcall.url('church'), path);
      await socket.next();
      socket.send(`40${JSON.stringify(auth)}`);
      assert.equal(await socket.said(), `44${JSON.stringify({ message })}`);
      socket.close();
    });
  }

  test('c2_2 there is one namespace', async () => {
    const socket = wire(rollcall.url('church'), path);
    await socket.next();
    socket.send('40/x,{}');
    assert.equal(await socket.said(), '44/x,{"message":"Invalid namespace"}');
    socket.close();
  });
});

describe('what is passed on', () => {
  test('c5_10 selections reach others in the order in which they were made', async () => {
    const [kiosk, screen] = [await enter(1), await enter(2)];
    const wanted = Array.from({ length: 150 }, (_, nth) => [nth + 1]);
    for (const selectedIds of wanted) {
      kiosk.emit('kiosk:selection_changed', { ...sheet, selectedIds, userName: 'A', mode: 'checkin' });
    }
    const shown = () => screen.heard.filter(([name]) => name === 'kiosk:selection_changed');
    await until(() => shown().length === wanted.length, () => shown().length);
    assert.deepEqual(shown().map(([, one]) => one.selectedIds), wanted);
  });

  test('c7_6 whoever is refused is told whose value stands, and since when', async () => {
    const [first, second] = [await enter(1), await enter(2)];
    const place = { gatheringId: 1, date: '2025-05-11' };
    await mark(first, 20, true, place);
    await until(() => marksHeard(second).includes(20), () => JSON.stringify(second.heard));
    const [, told] = second.heard.at(-1);
    second.heard.length = 0;
    const answer = await mark(second, 20, false, place, { clientTimestamp: Date.now() - 60_000 });
    assert.equal(answer.results[0].reason, 'stale_data');
    await until(() => marksHeard(second).includes(20), () => JSON.stringify(second.heard));
    const [, healed] = second.heard.at(-1);
    assert.deepEqual([healed.updatedBy, healed.updatedAt], [1, told.updatedAt]);
    assert.equal(healed.records[0].present, true);
  });

  test('c7_3 a phone whose clock is ahead may send its queue three times', async () => {
    const [phone, screen] = [await enter(3), await enter(1)];
    const place = { gatheringId: 1, date: '2025-05-18' };
    const clientTimestamp = Date.now() + 300_000;
    const records = [1, 2, 3].map((individualId) => ({ individualId, present: true, clientTimestamp }));
    for (const status of ['applied', 'duplicate', 'duplicate']) {
      const payload = { ...place, records };
      const answer = await ask(phone, 'record_attendance', payload, 'attendance_update_success');
      assert.deepEqual(answer.results.map((one) => one.status), [status, status, status]);
      await sleep(700);
    }
    assert.deepEqual(marksHeard(screen), [1, 2, 3]);
  });
});

describe('the transport', () => {
  const fetched = (query, options) => fetch(`${rollcall.url('church')}${query}`, options);

  test('c2_4 the open packet says what the app expects', async () => {
    const answer = await fetched(`${path}?EIO=4&transport=polling`);
    const { sid, ...rest } = JSON.parse((await answer.text()).slice(1));
    assert.equal(typeof sid, 'string');
    const times = { pingInterval: 25_000, pingTimeout: 60_000, maxPayload: 1_000_000 };
    assert.deepEqual(rest, { upgrades: ['websocket'], ...times });
  });

  test('c2_2 the path has its slash', async () => {
    const answer = await fetched('/socket.io?EIO=4&transport=polling');
    assert.equal(answer.status, 404);
  });

  test('c2_7 a page of another origin may ask', async () => {
    const headers = {
      origin: 'https://app.example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const preflight = await fetched(path, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET,POST');
    const answer = await fetched(`${path}?EIO=4&transport=polling`, { headers });
    for (const { headers: given } of [preflight, answer]) {
      assert.equal(given.get('access-control-allow-origin'), headers.origin);
      assert.equal(given.get('access-control-allow-credentials'), 'true');
      assert.equal(given.get('vary'), 'Origin');
    }
  });

  test('c2_8 whoever sends no CONNECT is closed after 8 s', { timeout: 15_000 }, async () => {
    const socket = wire(rollcall.url('church'), path);
    const sid = await polling(rollcall.url('church'), path).open();
    const began = Date.now();
    await socket.closed;
    const took = Date.now() - began;
    assert.ok(took > 7_500 && took < 9_500, `after ${took} ms`);
    await sleep(200);
    assert.equal((await polling(rollcall.url('church'), path).get(sid)).status, 400);
  });

  test('c2_20 a pid is worth nothing to anybody else', async () => {
    const owner = await enter(1);
    await mark(owner, 13, true, { gatheringId: 1, date: '2025-05-04' });
    const [pid, offset] = [owner._pid, owner._lastOffset];
    const thieves = [
      [2, churches[0], pid],
      [1, churches[1], pid],
      [1, churches[0], `${pid.slice(0, -2)}AA`],
      [1, churches[0], 'x'.repeat(10_000)],
    ];
    for (const [user, churchId, pid] of thieves) {
      const thief = await enter(user, { churchId, auth: { userId: user, churchId, pid, offset } });
      assert.notEqual(thief.id, owner.id);
      await sleep(600);
      assert.deepEqual(marksHeard(thief), []);
    }
    assert.ok(owner.connected, 'and its owner stays');
  });
});

describe('floods', () => {
  let witnesses;

  /** Whatever was done, volunteers still write and hear. */
  async function unharmed(person) {
    const place = { gatheringId: 1, date: '2025-04-06' };
    await mark(witnesses[0], person, true, place);
    for (const witness of witnesses) {
      await until(() => marksHeard(witness).includes(person), () => JSON.stringify(witness.heard));
      assert.equal(witness.drops, 0);
    }
  }

  async function watch() {
    witnesses = [await enter(1), await enter(2, { transports: ['polling'] })];
    for (const witness of witnesses) {
      witness.drops = 0;
      witness.on('disconnect', () => (witness.drops += 1));
    }
  }

  /** Opens, says it all, and waits for the end. */
  async function shutOut(words, { signIn = true } = {}) {
    const socket = wire(rollcall.url('church'), path);
    await socket.next();
    if (signIn) {
      socket.send(`40${JSON.stringify({ token: cookie(3) })}`);
      await socket.said();
    }
    for (const word of words) socket.send(word);
    await socket.closed;
  }

  test('c2_8 what is malformed closes its own transport alone', async () => {
    await watch();
    const placeholder = '{"_placeholder":true,"num":0}';
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const table = {
      'an attachment': [`451-["x",${placeholder}]`, Buffer.alloc(1_000)],
      'many attachments': [`4599999999-["x",${placeholder}]`],
      'attachments nobody announced': Array(50).fill(Buffer.alloc(100)),
      'deep nesting': [`42["test_message",${deep}]`],
      'deep nesting, not closed': [`42["test_message",${'{"a":'.repeat(100_000)}`],
      'many arguments': [`42["x",${Array(10_000).fill('1').join(',')}]`],
      'a second CONNECT': [`40${JSON.stringify({ token: cookie(3) })}`],
      'half an event': ['42["ping'],
      'a type that is none': ['49'],
      'a ping from the wrong side': ['2'],
      'what only a server sends': ['44{"message":"no"}'],
      'a megabyte too many': [`42["test_message","${'x'.repeat(1_000_100)}"]`],
    };
    for (const [name, words] of Object.entries(table)) {
      const ended = shutOut(words).then(() => true);
      assert.ok(await Promise.race([ended, sleep(5_000)]), `${name} was not shut out`);
    }
    await shutOut(['42["record_attendance",{}]'], { signIn: false });
    await shutOut([`451-["x",${placeholder}]`], { signIn: false });
    await unharmed(41);
  });

  test('c2_8 bytes that are no text are refused over polling', async () => {
    await watch();
    const poll = polling(rollcall.url('church'), path);
    const bodies = [
      Buffer.from('4é').subarray(0, 2),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('40{}\x1e4\u{1f600}').subarray(0, 8),
      Buffer.from('\x1e'.repeat(20_000)),
    ];
    for (const body of bodies) {
      const sid = await poll.open();
      assert.equal((await poll.post(sid, body)).status, 400, body.subarray(0, 10).toString('hex'));
      assert.equal((await poll.get(sid)).status, 400);
    }
    await unharmed(42);
  });

  test('CONNECTs that are refused without end delay nobody much', async () => {
    await watch();
    const flood = new Worker(new URL('./church-flood.mjs', import.meta.url), {
      workerData: { url: rollcall.url('church'), attackers: 10 },
    });
    await once(flood, 'message');
    const place = { gatheringId: 1, date: '2025-04-13' };
    for (let person = 1; person <= 20; person += 1) {
      const began = Date.now();
      await mark(witnesses[0], person, true, place);
      assert.ok(Date.now() - began < 1_000, `mark ${person} took ${Date.now() - began} ms`);
    }
    await flood.terminate();
    await unharmed(44);
  });

  test('handshakes that lead nowhere and pings without end harm nobody', async () => {
    await watch();
    const poll = polling(rollcall.url('church'), path);
    const silent = Array.from({ length: 150 }, () => wire(rollcall.url('church'), path));
    const polled = await Promise.all(Array.from({ length: 150 }, () => poll.open()));
    assert.equal(new Set(polled).size, 150);
    await Promise.all(silent.map((socket) => socket.next()));
    const [pinger] = silent;
    for (let nth = 0; nth < 5_000; nth += 1) pinger.socket.ping();
    const chatter = await enter(3);
    for (let nth = 0; nth < 2_000; nth += 1) chatter.emit('ping');
    await unharmed(43);
    await until(() => chatter.heard.filter(([name]) => name === 'pong').length >= 200, () => 'pongs');
    assert.ok(chatter.heard.filter(([name]) => name === 'pong').length < 400, 'c11_4 the rest is dropped');
    for (const socket of silent) socket.close();
  });
});
