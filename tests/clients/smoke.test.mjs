// The program starts at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { run } from './rollcall.mjs';

test('the program says its version', () => {
  const { status, stdout, stderr } = run('--version');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^rollcall \d+\.\d+\.\d+/);
});
