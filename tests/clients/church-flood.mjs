// Refused CONNECTs without end, as fast as they are answered, on a thread of their own: the test
// that measures must not drown in what it sends.

import { parentPort, workerData } from 'node:worker_threads';

import { wire } from './suite.mjs';

const pair = ['40/elsewhere,', '40{"token":"x"}'];

async function attack() {
  const socket = wire(workerData.url, '/socket.io/');
  await socket.next();
  for (let nth = 0; ; nth += 1) {
    for (const packet of pair) socket.send(packet);
    for (const _ of pair) await socket.said();
    if (nth === 10) parentPort.postMessage('under way');
  }
}

for (let nth = 0; nth < workerData.attackers; nth += 1) attack();
