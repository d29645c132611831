// Engine.IO by hand: handshakes, messages, heartbeats, upgrades and ends, against the example.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { pingIntervalMs, pingTimeoutMs, polling, startSuite, wire, Wire } from './suite.mjs';

const path = '/engine.io/';
let suite;
let poll;

before(async () => {
  suite = await startSuite();
  poll = polling(suite.url, path);
});
after(() => suite?.stop());

const promised = {
  pingInterval: pingIntervalMs,
  pingTimeout: pingTimeoutMs,
  maxPayload: 1_000_000,
};

/** Polls until the session says something other than a ping; answers those. */
async function said(sid) {
  for (;;) {
    const answer = await poll.get(sid);
    const text = await answer.text();
    if (answer.status !== 200 || text !== '2') return { status: answer.status, text };
    await poll.post(sid, '3');
  }
}

async function overWebSocket(use) {
  const socket = wire(suite.url, path);
  try {
    return await use(socket, JSON.parse((await socket.next()).slice(1)));
  } finally {
    socket.close();
  }
}

describe('opening', () => {
  test('the first GET opens a session and promises its times', async () => {
    const answer = await poll.get();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type')?.toLowerCase(), 'text/plain; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const text = await answer.text();
    assert.equal(text[0], '0');
    const { sid, ...rest } = JSON.parse(text.slice(1));
    assert.ok(typeof sid === 'string' && sid.length >= 16, sid);
    assert.deepEqual(rest, { upgrades: ['websocket'], ...promised });
  });

  test('a WebSocket opens a session that has nothing to upgrade to', () =>
    overWebSocket((_, { sid, ...rest }) => {
      assert.equal(typeof sid, 'string');
      assert.deepEqual(rest, { upgrades: [], ...promised });
    }));

  test('a request that cannot open a session is told why', async () => {
    const table = [
      ['GET', 'transport=polling', 5, 'Unsupported protocol version'],
      ['GET', 'EIO=abc&transport=polling', 5, 'Unsupported protocol version'],
      ['GET', 'EIO=4', 0, 'Transport unknown'],
      ['GET', 'EIO=4&transport=smoke', 0, 'Transport unknown'],
      ['POST', 'EIO=4&transport=polling', 2, 'Bad handshake method'],
      ['PUT', 'EIO=4&transport=polling', 2, 'Bad handshake method'],
      ['GET', 'EIO=4&transport=websocket', 3, 'Bad request'],
      ['GET', 'EIO=4&transport=polling&sid=nobody', 1, 'Session ID unknown'],
    ];
    for (const [method, query, code, message] of table) {
      const answer = await fetch(`${suite.url}${path}?${query}`, { method });
      assert.equal(answer.status, 400, `${method} ${query}`);
      assert.deepEqual(await answer.json(), { code, message });
    }
  });

  test('a WebSocket that cannot open a session gets no handshake', async () => {
    for (const query of ['transport=websocket', 'EIO=x&transport=websocket', 'EIO=4', 'EIO=4&transport=x']) {
      const socket = new Wire(`${suite.url.replace('http', 'ws')}${path}?${query}`);
      await socket.closed;
      assert.match(String(socket.error), /400/, query);
    }
  });
});

describe('messages', () => {
  test('a POST brings packets and a GET fetches the answers, in order', async () => {
    for (const body of ['4one', '4one\x1e4two\x1e4\u{1f600}', '4text\x1ebAQIDBA==']) {
      const sid = await poll.open();
      const taken = await poll.post(sid, body);
      assert.equal(taken.status, 200);
      assert.equal(await taken.text(), 'ok');
      assert.deepEqual(await said(sid), { status: 200, text: body });
    }
  });

  test('texts and bytes come back over a WebSocket', () =>
    overWebSocket(async (socket) => {
      socket.send('4text');
      assert.equal(await socket.said(), '4text');
      socket.send(Buffer.from([1, 2, 3, 4]));
      assert.deepEqual(await socket.said(), Buffer.from([1, 2, 3, 4]));
    }));

  test('a client that misspeaks loses its session', async () => {
    for (const body of ['abc', '', '4a\x1e', 'b!', '4fine\x1e9']) {
      const sid = await poll.open();
      assert.equal((await poll.post(sid, body)).status, 400, body);
      assert.equal((await poll.get(sid)).status, 400, body);
    }
    await overWebSocket(async (socket) => {
      socket.send('abc');
      await socket.closed;
    });
  });

  test('a second poll beside a hanging one ends the session', async () => {
    const sid = await poll.open();
    const first = poll.get(sid);
    await sleep(50);
    const second = await poll.get(sid);
    assert.equal(second.status, 400);
    const hung = await first;
    assert.equal(hung.status, 200);
    assert.equal(await hung.text(), '1');
    assert.equal((await poll.get(sid)).status, 400);
  });

  test('a body beyond the bound is refused and the session lives', async () => {
    const sid = await poll.open();
    const large = await poll.post(sid, `4${'x'.repeat(1_000_000)}`).catch(() => null);
    if (large) assert.equal(large.status, 413);
    await poll.post(sid, '4still here');
    assert.deepEqual(await said(sid), { status: 200, text: '4still here' });
  });
});

describe('heartbeat', () => {
  test('every answered ping is followed by another', async () => {
    const sid = await poll.open();
    for (let beat = 0; beat < 3; beat += 1) {
      assert.equal(await (await poll.get(sid)).text(), '2');
      assert.equal((await poll.post(sid, '3')).status, 200);
    }
    await overWebSocket(async (socket) => {
      for (let beat = 0; beat < 3; beat += 1) {
        assert.equal(await socket.next(), '2');
        socket.send('3');
      }
    });
  });

  test('an unanswered ping ends the session', async () => {
    const sid = await poll.open();
    await sleep(pingIntervalMs + pingTimeoutMs + 50);
    assert.equal((await poll.get(sid)).status, 400);
    const began = Date.now();
    await overWebSocket((socket) => socket.closed);
    assert.ok(Date.now() - began >= pingIntervalMs, 'not before a ping was due');
  });
});

describe('the end', () => {
  test('a goodbye ends the hanging poll quietly', async () => {
    const sid = await poll.open();
    const [hung] = await Promise.all([poll.get(sid), poll.post(sid, '1')]);
    assert.equal(hung.status, 200);
    assert.equal(await hung.text(), '6');
    assert.equal((await poll.get(sid)).status, 400);
  });

  test('a goodbye closes the WebSocket', () =>
    overWebSocket(async (socket) => {
      socket.send('1');
      await socket.closed;
    }));
});

describe('upgrade', () => {
  /** A polling session and a WebSocket that has probed. */
  async function probed() {
    const sid = await poll.open();
    const socket = wire(suite.url, path, sid);
    await socket.opened;
    socket.send('2probe');
    assert.equal(await socket.next(), '3probe');
    return { sid, socket };
  }

  test('the poll beside a probe is ended, and the WebSocket takes over', async () => {
    const { sid, socket } = await probed();
    assert.deepEqual(await said(sid), { status: 200, text: '6' });
    socket.send('5');
    socket.send('4over here');
    assert.equal(await socket.said(), '4over here');
    socket.close();
  });

  test('after it neither a poll nor another WebSocket is heard', async () => {
    const { sid, socket } = await probed();
    socket.send('5');
    socket.send('4done');
    assert.equal(await socket.said(), '4done');
    const late = await poll.get(sid);
    assert.deepEqual(await late.json(), { code: 3, message: 'Bad request' });
    const second = wire(suite.url, path, sid);
    await second.closed;
    socket.send('4unharmed');
    assert.equal(await socket.said(), '4unharmed');
    socket.close();
  });

  test('nothing is lost or reordered on the way over', async () => {
    const { sid, socket } = await probed();
    const sent = Array.from({ length: 40 }, (_, nth) => `4m${nth}`);
    assert.equal((await poll.post(sid, sent.slice(0, 20).join('\x1e'))).status, 200);
    const polled = (await said(sid)).text.split('\x1e').filter((packet) => packet.startsWith('4'));
    socket.send('5');
    for (const packet of sent.slice(20)) socket.send(packet);
    const got = [...polled];
    while (got.length < sent.length) got.push(await socket.said());
    assert.deepEqual(got, sent);
    socket.close();
  });

  test('a probe that fails leaves the session to its polling', async () => {
    const sid = await poll.open();
    const socket = wire(suite.url, path, sid);
    await socket.opened;
    socket.send('nonsense');
    await socket.closed;
    await poll.post(sid, '4here');
    assert.deepEqual(await said(sid), { status: 200, text: '4here' });
  });
});
