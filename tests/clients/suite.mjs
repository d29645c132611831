// The protocol example under test: `examples/socketio_suite`, which lies beside the program, and
// the few words of Engine.IO that its tests speak by hand.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import WebSocket from 'ws';

import { freePort } from './rollcall.mjs';

/** The example's times, in milliseconds. */
export const pingIntervalMs = 300;
export const pingTimeoutMs = 200;

const startWithinMs = 15_000;

/** Starts the example on a port of its own: `{ url, stop }`. */
export async function startSuite() {
  const program = join(dirname(process.env.ROLLCALL_BIN ?? ''), 'examples', 'socketio_suite');
  const port = await freePort();
  const child = spawn(program, [], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + startWithinMs;
  const answers = () => fetch(`${url}/engine.io/`).then(() => true, () => false);
  while (!(await answers())) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`no answer from ${program}`);
    await sleep(25);
  }
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Speaks to one Engine.IO path by plain requests. */
export function polling(url, path) {
  const address = (sid) =>
    `${url}${path}?EIO=4&transport=polling${sid ? `&sid=${encodeURIComponent(sid)}` : ''}`;
  return {
    get: (sid) => fetch(address(sid)),
    post: (sid, body) => fetch(address(sid), { method: 'POST', body }),
    async open() {
      const text = await (await fetch(address())).text();
      return JSON.parse(text.slice(1)).sid;
    },
  };
}

/** A WebSocket whose messages are kept in order until they are asked for. */
export class Wire {
  #waiting = [];
  #arrived = [];

  constructor(address) {
    this.socket = new WebSocket(address);
    this.socket.on('message', (data, isBinary) => this.#take(isBinary ? data : data.toString()));
    this.socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.opened = new Promise((resolve) => this.socket.on('open', resolve));
  }

  #take(message) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else this.#arrived.push(message);
  }

  send(message) {
    this.socket.send(message);
  }

  /** The next message, pings included. */
  next() {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next message that is no ping; pings are answered. */
  async said() {
    for (;;) {
      const message = await this.next();
      if (message !== '2') return message;
      this.send('3');
    }
  }

  /** Ends it; a test need not wait for that. */
  close() {
    this.socket.terminate();
  }
}

/** A WebSocket on an Engine.IO path; with `sid` it is there to take over. */
export function wire(url, path, sid) {
  const query = `EIO=4&transport=websocket${sid ? `&sid=${encodeURIComponent(sid)}` : ''}`;
  return new Wire(`${url.replace('http', 'ws')}${path}?${query}`);
}
