// The program under test: starts it, waits until it is well, stops it kindly or not.
//
// `ROLLCALL_BIN` names the binary; `cargo xtask test` sets it. Every start gets a data directory and
// ports of its own, so files of tests can run beside each other.

import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Signs every token of the tests; long enough for the program to accept it. */
export const secret = 'a secret of the client tests, 32 bytes or more';

const startWithinMs = 15_000;
const stopWithinMs = 15_000;

function binary() {
  const path = process.env.ROLLCALL_BIN;
  if (!path) throw new Error('ROLLCALL_BIN names the program under test; cargo xtask test sets it');
  if (!existsSync(path)) throw new Error(`ROLLCALL_BIN is ${path}, which is not there`);
  return path;
}

/** Runs the program to its end: `{ status, stdout, stderr }`. */
export function run(...args) {
  const { status, stdout, stderr, error } = spawnSync(binary(), args, {
    encoding: 'utf8',
    env: { ...process.env, ROLLCALL_JWT_SECRET: secret },
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/**
 * Starts the program and waits until every listener is well.
 *
 * @param {object} [options]
 * @param {string[]} [options.dialects] a listener each, on a free port
 * @param {string[]} [options.imports] tenant files to load before listening
 * @param {string} [options.data] a data directory to go on with; a fresh one otherwise
 * @param {Record<string, number>} [options.ports] ports to listen on again, by dialect
 * @param {string[]} [options.args] further arguments of `rollcall serve`
 * @param {Record<string, string>} [options.env] further environment
 * @returns {Promise<Rollcall>}
 */
export async function start(options = {}) {
  const { dialects = ['native'], imports = [], args = [], env = {} } = options;
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'rollcall-')));
  const ports = {};
  for (const dialect of dialects) {
    ports[dialect] = options.ports?.[dialect] ?? (await freePort());
  }
  const listen = dialects.flatMap((d) => ['--listen', `${d}=127.0.0.1:${ports[d]}`]);
  const load = imports.flatMap((file) => ['--import', file]);
  const child = spawn(binary(), ['serve', '--data', data, ...listen, ...load, ...args], {
    env: { ...process.env, ROLLCALL_JWT_SECRET: secret, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const rollcall = new Rollcall(child, data, ports);
  try {
    for (const dialect of dialects) await rollcall.well(dialect);
  } catch (error) {
    await rollcall.kill('SIGKILL');
    throw error;
  }
  return rollcall;
}

/** Stops a program that `start` gave; see `Rollcall.kill`. */
export function kill(rollcall, signal) {
  return rollcall.kill(signal);
}

/** A running program. */
export class Rollcall {
  #child;
  #exited;

  constructor(child, data, ports) {
    this.#child = child;
    this.data = data;
    this.ports = ports;
    /** Everything it has written so far, both streams. */
    this.log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.log += text));
    }
    this.#exited = once(child, 'exit');
    this.#exited.catch((error) => (this.log += error));
  }

  /** `http://127.0.0.1:PORT` of a dialect's listener. */
  url(dialect = 'native') {
    return `http://127.0.0.1:${this.ports[dialect]}`;
  }

  /** Waits until the listener's health page says that all is well. */
  async well(dialect = 'native') {
    const deadline = Date.now() + startWithinMs;
    let last = 'no answer';
    while (Date.now() < deadline) {
      if (this.#ended()) throw new Error(`rollcall ended at its start:\n${this.log}`);
      try {
        const { status } = await fetch(`${this.url(dialect)}/health`);
        if (status === 200) return;
        last = `status ${status}`;
      } catch (error) {
        last = String(error.cause ?? error);
      }
      await sleep(25);
    }
    throw new Error(`${dialect} is not well after ${startWithinMs} ms (${last}):\n${this.log}`);
  }

  /**
   * Sends the signal and waits for the end: `SIGTERM` lets it drain, `SIGKILL` pulls the plug.
   * The data directory stays, so that `start({ data, ports })` can go on with it.
   * @returns {Promise<number | null>} the exit status, null if a signal ended it
   */
  async kill(signal = 'SIGTERM') {
    if (!this.#ended()) {
      this.#child.kill(signal);
      const late = setTimeout(() => {
        this.log += `\nstill running ${stopWithinMs} ms after ${signal}`;
        this.#child.kill('SIGKILL');
      }, stopWithinMs);
      await this.#exited.finally(() => clearTimeout(late));
    }
    return this.#child.exitCode;
  }

  /** Ends it and removes its data: the last line of a test. */
  async remove() {
    await this.kill('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }

  #ended() {
    const { pid, exitCode, signalCode } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }
}

/**
 * A signed token (HS256), with `claims` beside the usual times.
 *
 * @param {Record<string, unknown>} claims as the dialect's contract names them
 * @param {object} [options]
 * @param {number} [options.expiresInSeconds] below zero for one that has expired
 * @param {string} [options.key] another secret, for a forged one
 */
export function token(claims, { expiresInSeconds = 3600, key = secret } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const body = { iat: now, exp: now + expiresInSeconds, ...claims };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(body)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
