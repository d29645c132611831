// The document-era church client writes over REST alone: who of those listening hears what.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  ask, churches, connected, cookie, mark, sheet, startChurches, until, volunteer,
} from './church.mjs';

const gathering = 1;
const headcounts = 2;

/** An admin without a socket, whom no refusal can be told but in the answer. */
const away = 6;

let rollcall;
let open = [];
let days = 0;

before(async () => (rollcall = await startChurches({ kiosk: true })));
after(() => rollcall?.remove());
afterEach(() => {
  for (const socket of open) socket.disconnect();
  open = [];
});

/** A date on which nothing has happened yet. */
const freshDate = () => `2024-05-${String((days += 1)).padStart(2, '0')}`;

/** Long enough for an event that is wrongly sent to arrive. */
const silence = () => sleep(200);

async function enter(user, options) {
  const socket = volunteer(rollcall, user, options);
  open.push(socket);
  await connected(socket);
  return socket;
}

/** Asks as the app does, with the cookie: `{ status, body }`. */
async function rest(user, method, path, body) {
  const response = await fetch(`${rollcall.url('church')}/api/${path}`, {
    method,
    headers: { cookie: `authToken=${cookie(user)}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await response.json();
  if (response.ok) assert.equal(said.church_id, churches[0], 'c8_1');
  return { status: response.status, body: said };
}

/**
 * Everybody who may listen while somebody writes on `place`: `hear` are those who must hear it,
 * `miss` those who must not.
 */
async function audience(place) {
  const [second, third] = place.gatheringId === gathering ? [2, 3] : [1, 1];
  const other = { ...place, date: '2024-04-01' };
  const [polling, streaming, inside, elsewhere, unassigned, stranger] = await Promise.all([
    enter(1, { transports: ['polling'] }),
    enter(second, { transports: ['websocket'] }),
    enter(third, { transports: ['polling'] }),
    enter(1),
    enter(5),
    enter(1, { churchId: churches[1] }),
  ]);
  await ask(inside, 'join_attendance', place, 'joined_attendance');
  await ask(elsewhere, 'join_attendance', other, 'joined_attendance');
  return { hear: { polling, streaming, inside }, miss: { elsewhere, unassigned, stranger } };
}

/** What a socket heard of sheets; presence and replies are another matter. */
const ofSheets = (socket) =>
  socket.heard.filter(([name]) => /^(attendance_|visitor_|headcount_|kiosk:)/.test(name));

/** What those who must hear it heard, once all of them have `count` events and nobody more. */
async function heardBy({ hear, miss }, count) {
  for (const [who, socket] of Object.entries(hear)) {
    await until(() => ofSheets(socket).length >= count, () => `${who}: ${JSON.stringify(socket.heard)}`);
  }
  await silence();
  for (const [who, socket] of Object.entries(miss)) assert.deepEqual(ofSheets(socket), [], who);
  const [first, ...others] = Object.values(hear).map(ofSheets);
  assert.equal(first.length, count, JSON.stringify(first));
  for (const heard of others) assert.deepEqual(heard, first, 'c4_6 all hear the same in one order');
  return first;
}

/** A moment as the contract writes it (6.1). */
function isMoment(text) {
  assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}

/** An event without its moments, which are looked at. */
function timeless([name, payload]) {
  const { timestamp, updatedAt, ...rest } = payload;
  isMoment(timestamp);
  if (updatedAt !== undefined) isMoment(updatedAt);
  return [name, rest];
}

describe('what is written over REST', () => {
  test('c8_10 records', async () => {
    const place = { gatheringId: gathering, date: freshDate() };
    const all = await audience(place);
    const clientTimestamp = Date.now() - 5_000;
    const attendanceRecords = [
      { individualId: 7, present: true, clientTimestamp },
      { individualId: 8, present: false },
      { individualId: 9_999, present: true },
    ];
    const answer = await rest(away, 'POST', `attendance/${gathering}/${place.date}`, {
      attendanceRecords,
      visitors: [{ name: 'Not Written' }],
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, {
      message: 'Attendance recorded successfully',
      hasConflicts: false,
      results: [
        { individualId: 7, status: 'applied', present: true },
        { individualId: 8, status: 'applied', present: false },
        { individualId: 9_999, status: 'refused', reason: 'unknown_individual', present: false },
      ],
      church_id: churches[0],
    });
    const [update] = await heardBy(all, 1);
    isMoment(update[1].updatedAt);
    assert.deepEqual(timeless(update), ['attendance_update', {
      type: 'attendance_records', ...place, records: attendanceRecords.slice(0, 2), updatedBy: away,
    }]);
  });

  test('c7_2 records that nobody knows are refused and heard by nobody', async () => {
    const place = { gatheringId: gathering, date: freshDate() };
    const all = await audience(place);
    const answer = await rest(away, 'POST', `attendance/${gathering}/${place.date}`, {
      attendanceRecords: [{ individualId: 9_999, present: true }],
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'Failed to record attendance.');
    assert.equal(typeof answer.body.details, 'string');
    await heardBy(all, 0);
  });

  test('c10_3 nobody hears what was refused for want of access', async () => {
    const place = { gatheringId: 3, date: freshDate() };
    const witness = await enter(1);
    const answer = await rest(2, 'POST', `attendance/3/${place.date}`, {
      attendanceRecords: [{ individualId: 1, present: true }],
    });
    assert.deepEqual(answer, {
      status: 403,
      body: { error: 'Access denied to this gathering type.' },
    });
    await silence();
    assert.deepEqual(ofSheets(witness), []);
  });

  test('c8_19 a headcount and its mode', async () => {
    const place = { gatheringId: headcounts, date: freshDate() };
    const all = await audience(place);
    const path = `${headcounts}/${place.date}`;
    const counted = await rest(1, 'POST', `attendance/headcount/update/${path}`, {
      headcount: 12, mode: 'combined',
    });
    assert.equal(counted.status, 200);
    const { otherUsers, ...said } = counted.body;
    assert.deepEqual(said, {
      message: 'Headcount updated successfully',
      headcount: 12, userHeadcount: 12, mode: 'combined', updatedBy: 'Ada Pryce',
      church_id: churches[0],
    });
    assert.ok(Array.isArray(otherUsers));
    const mode = await rest(1, 'PUT', `attendance/headcount/mode/${path}`, { mode: 'averaged' });
    assert.equal(mode.status, 200);
    assert.equal(typeof mode.body.sessionId, 'number');
    assert.deepEqual({ ...mode.body, sessionId: 0 }, {
      message: 'Headcount mode updated successfully', mode: 'averaged', sessionId: 0,
      church_id: churches[0],
    });
    const [update, changed] = (await heardBy(all, 2)).map(timeless);
    const { otherUsers: [own, ...nobody], ...payload } = update[1];
    assert.deepEqual([update[0], payload], ['headcount_updated', {
      ...place, headcount: 12, userHeadcount: 12, mode: 'combined', updatedBy: 1,
      updatedByName: 'Ada Pryce', churchId: churches[0],
    }]);
    assert.deepEqual([own.userId, own.name, own.headcount], [1, 'Ada Pryce', 12]);
    assert.match(own.lastUpdated, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.deepEqual(nobody, []);
    assert.deepEqual(changed, ['headcount_mode_updated', {
      ...place, mode: 'averaged', updatedBy: 1, updatedByName: 'Ada Pryce',
    }]);
  });

  test('c8_20 the kiosk', async () => {
    const place = { gatheringId: gathering, date: freshDate() };
    const all = await audience(place);
    const path = `kiosk/${gathering}/${place.date}`;
    const step = (action) =>
      rest(1, 'POST', path, { individualIds: [4, 5], action, signerName: 'Sue Signer' });
    for (const [action, done] of [['checkin', 'in'], ['checkout', 'out']]) {
      assert.deepEqual(await step(action), {
        status: 200,
        body: { message: `Successfully checked ${done} 2 person(s).`, church_id: churches[0] },
      });
    }
    const [update, checkout] = (await heardBy(all, 2)).map(timeless);
    assert.deepEqual(update, ['attendance_update', {
      type: 'attendance_records', ...place, updatedBy: 1,
      records: [4, 5].map((individualId) => ({ individualId, present: true })),
    }]);
    assert.deepEqual(checkout, ['kiosk:checkout', { ...place, individualIds: [4, 5] }]);
  });

  test('c8_12 a visitor family that was just made', async () => {
    const place = { gatheringId: gathering, date: freshDate() };
    const all = await audience(place);
    const person = { firstName: 'Kim', lastName: 'Stone', isChild: false };
    const made = await rest(1, 'POST', 'families/visitor', {
      familyName: 'Stone Family', peopleType: 'local_visitor', people: [person],
    });
    assert.equal(made.status, 201);
    const { familyId, individuals: [{ id }] } = made.body;
    assert.deepEqual([typeof familyId, typeof id], ['number', 'number']);
    const path = `attendance/${gathering}/${place.date}`;
    const added = await rest(1, 'POST', `${path}/visitor-family/${familyId}`, {});
    assert.equal(added.status, 200);
    assert.deepEqual(added.body.individuals, [
      { id, firstName: 'Kim', lastName: 'Stone', present: true },
    ]);
    const heard = await heardBy(all, 3);
    const [listed, marked, refreshed] = heard.map(timeless);
    const { visitors } = (await rest(1, 'GET', `${path}/full`)).body;
    assert.deepEqual(visitors.map((one) => [one.id, one.present]), [[id, true]]);
    assert.deepEqual(listed, ['visitor_update', {
      type: 'visitor_family_added', ...place, family: { id: familyId, name: 'Stone Family' }, visitors,
    }]);
    assert.deepEqual(marked, ['attendance_update', {
      type: 'attendance_records', ...place, records: [{ individualId: id, present: true }], updatedBy: 1,
    }]);
    assert.deepEqual([refreshed[0], refreshed[1].type], ['attendance_update', 'full_refresh']);
  });

  test('c8_13 new regulars appear on every screen', async () => {
    const place = { gatheringId: gathering, date: freshDate() };
    const all = await audience(place);
    const path = `attendance/${gathering}/${place.date}`;
    const added = await rest(1, 'POST', `${path}/regulars`, {
      people: [{ firstName: 'Nell', lastName: 'Newly', isChild: false }],
    });
    assert.equal(added.status, 200);
    const [{ id }] = added.body.individuals;
    assert.deepEqual(added.body, {
      message: 'Regular attendee(s) added successfully',
      individuals: [{ id, firstName: 'Nell', lastName: 'Newly' }],
      church_id: churches[0],
    });
    const heard = (await heardBy(all, 1)).map(timeless);
    const { attendanceList, visitors } = (await rest(1, 'GET', `${path}/full`)).body;
    assert.ok(attendanceList.some((one) => one.id === id));
    assert.deepEqual(heard, [
      ['attendance_update', { type: 'full_refresh', ...place, attendanceList, visitors }],
    ]);
  });
});

test('c7_6 a stale write over REST is refused, and its own hand alone is told the truth', async () => {
  const place = { ...sheet, date: freshDate() };
  const writer = await enter(2);
  await mark(writer, 31, true, place);
  const [own, bystander] = [await enter(1, { transports: ['polling'] }), await enter(3)];
  const clientTimestamp = Date.now() - 3_600_000;
  const { status, body } = await rest(1, 'POST', `attendance/${gathering}/${place.date}`, {
    attendanceRecords: [{ individualId: 31, present: false, clientTimestamp }],
  });
  assert.equal(status, 200);
  const [skipped] = body.skippedRecords;
  isMoment(skipped.serverTimestamp);
  assert.deepEqual(body, {
    message: 'Attendance recorded successfully',
    hasConflicts: true,
    results: [{ individualId: 31, status: 'refused', reason: 'stale_data', present: true }],
    skippedRecords: [{
      individualId: 31, reason: 'stale_data', serverValue: 1, clientValue: false,
      serverTimestamp: skipped.serverTimestamp,
      clientTimestamp: new Date(clientTimestamp).toISOString(),
    }],
    church_id: churches[0],
  });
  await until(() => ofSheets(own).length > 0, () => JSON.stringify(own.heard));
  await silence();
  const healed = ofSheets(own).map(([name, { type, gatheringId, date, records }]) =>
    [name, { type, gatheringId, date, records }]);
  const [record] = healed[0][1].records;
  isMoment(record.updatedAt);
  assert.deepEqual(healed, [['attendance_update', {
    type: 'attendance_records', ...place,
    records: [{ individualId: 31, present: true, updatedBy: 2, updatedAt: record.updatedAt }],
  }]]);
  assert.deepEqual(ofSheets(bystander), []);
  const { attendanceList } = (await rest(1, 'GET', `attendance/${gathering}/${place.date}/full`)).body;
  assert.equal(attendanceList.find(({ id }) => id === 31).present, true);
});
