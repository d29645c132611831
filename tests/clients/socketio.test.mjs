// Socket.IO by hand and by its own client: namespaces, events, acknowledgements and attachments.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { io } from 'socket.io-client';

import { startSuite, wire } from './suite.mjs';

const path = '/socket.io/';
let suite;

before(async () => (suite = await startSuite()));
after(() => suite?.stop());

/** A WebSocket past the Engine.IO handshake. */
async function opened() {
  const socket = wire(suite.url, path);
  await socket.next();
  return socket;
}

/** A WebSocket in the main namespace. */
async function connected() {
  const socket = await opened();
  socket.send('40');
  await socket.said();
  await socket.said();
  return socket;
}

const two = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

describe('namespaces', () => {
  test('a namespace is granted with an id and told its credentials', async () => {
    const table = [
      ['40', '40', '42["auth",{}]'],
      ['40{"token":"a"}', '40', '42["auth",{"token":"a"}]'],
      ['40/custom,', '40/custom,', '42/custom,["auth",{}]'],
      ['40/custom,{"token":"b"}', '40/custom,', '42/custom,["auth",{"token":"b"}]'],
    ];
    for (const [asked, granted, told] of table) {
      const socket = await opened();
      socket.send(asked);
      const answer = await socket.said();
      assert.ok(answer.startsWith(`${granted}{`), answer);
      const ids = JSON.parse(answer.slice(granted.length));
      assert.deepEqual(Object.keys(ids), ['sid']);
      assert.equal(await socket.said(), told);
      socket.close();
    }
  });

  test('a namespace that is not there is refused, the connection stays', async () => {
    const socket = await opened();
    socket.send('40/elsewhere');
    assert.equal(await socket.said(), '44/elsewhere,{"message":"Invalid namespace"}');
    socket.send('40');
    assert.match(await socket.said(), /^40\{"sid":/);
    socket.close();
  });

  test('a client that asks for none in time is closed', async () => {
    const socket = await opened();
    const began = Date.now();
    const beats = (async () => {
      for (;;) await socket.said();
    })();
    await Promise.race([socket.closed, beats]);
    assert.ok(Date.now() - began >= 900, `closed after ${Date.now() - began} ms`);
  });

  test('leaving the main namespace leaves the connection', async () => {
    const socket = await connected();
    socket.send('41');
    assert.equal(await socket.next(), '2');
    socket.close();
  });

  test('leaving one namespace leaves the other', async () => {
    const socket = await connected();
    socket.send('40/custom');
    await socket.said();
    await socket.said();
    socket.send('41/custom');
    socket.send('42["message","still here"]');
    assert.equal(await socket.said(), '42["message-back","still here"]');
    socket.close();
  });
});

describe('events', () => {
  test('arguments come back as they were', async () => {
    const socket = await connected();
    socket.send('42["message",1,"2",{"3":[true]}]');
    assert.equal(await socket.said(), '42["message-back",1,"2",{"3":[true]}]');
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await socket.said(), '43456[1,"2",{"3":[false]}]');
    socket.close();
  });

  test('attachments come back after their packet, in order', async () => {
    const parts = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
    const socket = await connected();
    for (const [asked, answered] of [
      [`452-["message",${two}]`, `452-["message-back",${two}]`],
      [`452-789["message-with-ack",${two}]`, `462-789[${two}]`],
    ]) {
      for (const message of [asked, ...parts]) socket.send(message);
      assert.equal(await socket.said(), answered);
      assert.deepEqual([await socket.said(), await socket.said()], parts);
    }
    socket.close();
  });

  test('whoever misspeaks is closed', async () => {
    for (const packet of ['4abc', '42{}', '42abc["message-with-ack",1]', '40', '42/custom,["message"]']) {
      const socket = await connected();
      socket.send(packet);
      await socket.closed;
    }
    const early = await opened();
    early.send('4abc');
    await early.closed;
  });
});

describe('the client of the original', () => {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    test(`speaks over ${transports.join(', then ')}`, async () => {
      const socket = io(`${suite.url}/custom`, { transports, auth: { token: 'x' } });
      try {
        assert.deepEqual(await once(socket, 'auth'), [{ token: 'x' }]);
        while (socket.io.engine.transport.name !== transports.at(-1)) await sleep(10);
        const back = once(socket, 'message-back');
        socket.emit('message', 'é', Buffer.from([7, 8]), { deep: [Buffer.from([9])] });
        const [text, bytes, { deep }] = await back;
        assert.equal(text, 'é');
        assert.deepEqual([Buffer.from(bytes), Buffer.from(deep[0])], [Buffer.from([7, 8]), Buffer.from([9])]);
        const acknowledged = await socket.timeout(2_000).emitWithAck('message-with-ack', 5);
        assert.equal(acknowledged, 5);
      } finally {
        socket.disconnect();
      }
    });
  }
});
