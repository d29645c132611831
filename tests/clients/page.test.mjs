// The page at `/`: it comes, its own policy lets it run, and it is a program.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { start } from './rollcall.mjs';

let rollcall, response, page;

before(async () => {
  rollcall = await start();
  response = await fetch(rollcall.url());
  page = await response.text();
});
after(() => rollcall?.remove());

/** What stands in the page's only element of that name. */
function inside(tag) {
  const found = [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
  assert.equal(found.length, 1, tag);
  return found[0][1];
}

/** The sources of a directive of the page's policy. */
function allowed(directive) {
  const policy = response.headers.get('content-security-policy');
  const found = policy.split(';').map((part) => part.trim().split(' '));
  return found.find(([name]) => name === directive)?.slice(1);
}

test('the page comes, and nobody may frame it, guess at it or keep it unasked', () => {
  assert.equal(response.status, 200);
  const { headers } = response;
  assert.match(headers.get('content-type'), /^text\/html; *charset=utf-8$/i);
  assert.equal(headers.get('cache-control'), 'no-cache');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('x-frame-options'), 'DENY');
});

test('its policy allows its own script and style by their hashes, and no others', () => {
  for (const tag of ['script', 'style']) {
    const hash = createHash('sha256').update(inside(tag)).digest('base64');
    assert.deepEqual(allowed(`${tag}-src`), [`'sha256-${hash}'`]);
  }
  assert.deepEqual(allowed('default-src'), ["'self'"]);
  assert.deepEqual(allowed('connect-src'), ["'self'", 'ws:', 'wss:']);
});

test('its script parses, and finds every element that it names', () => {
  const script = inside('script');
  assert.doesNotThrow(() => new Function(script));
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const named = [...script.matchAll(/(?:\$|show)\('([^']+)'/g)].map(([, id]) => id);
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((id) => !ids.has(id)), []);
});

/** A function of the page's script, with these things around it. */
function taken(name, around) {
  const source = inside('script').match(new RegExp(`^  function ${name}\\(.*?^  }`, 'ms'))[0];
  return new Function(...Object.keys(around), `${source}; return ${name};`)(...Object.values(around));
}

test('a decision is announced only where one is asked for', () => {
  const questions = new Map(), said = [];
  const view = { people: new Map([['p1', { name: 'Bo Ray' }]]) };
  const question = taken('question', { questions, view, say: (text) => said.push(text) });
  question('p1', { status: 'late', note: 'bus' }, 'late', '2026-11-21T09:00:00.000Z');
  assert.deepEqual([questions.size, said], [0, []], 'only the note differs');
  question('p1', { status: 'late' }, 'present', '2026-11-21T09:00:00.000Z');
  assert.equal(questions.size, 1);
  assert.match(said.join(), /^Bo Ray was marked by two people/);
});

/** What an account with these permissions is offered, and whether there is a choice at all. */
function offered(permissions, person) {
  let options = [];
  const what = { value: '', get options() { return options; }, replaceChildren: (...all) => { options = all; } };
  const elements = { what, when: { value: '2026-11-21' }, choose: {} };
  taken('offer', {
    $: (id) => elements[id], el: (tag, fields) => fields, may: (permission) => permissions.includes(permission),
    session: { account: { person } }, sessionStorage: { getItem: () => null }, WEEKDAYS: [], gatherings: [],
  })();
  return [options.map(({ textContent }) => textContent), !elements.choose.hidden];
}

test('an account is offered only what it may follow, and told so if that is nothing', () => {
  assert.deepEqual(offered(['read_desk'], 'p1'), [['Desk'], true]);
  assert.deepEqual(offered([], 'p1'), [['Your visits'], true]);
  assert.deepEqual(offered([]), [[], false], 'a parent');
  assert.deepEqual(offered(['read_sheets']), [[], false], 'a coordinator of nothing');
  const nothing = (permission) => taken('nothing', {
    listed: true, $: () => ({ options: [] }), may: (asked) => asked === permission,
  })();
  assert.match(nothing('none'), /nothing on this page that your account may see/);
  assert.match(nothing('read_sheets'), /No gathering is assigned to you/);
});

test('a refusal is told without the ids of accounts and things', () => {
  const told = taken('told', { sentence: (text) => text });
  for (const refusal of [
    { code: 'forbidden', cause: 'g1 may not follow desk', what_to_do: '' },
    { code: 'not_found', cause: 'there is no gathering "g1"', what_to_do: '' },
  ]) assert.doesNotMatch(told(refusal), /g1/);
  assert.match(told({ code: 'membership', cause: 'ended in May', what_to_do: 'Renew.' }), /ended in May Renew\./);
});

test('a browser that has the page is told so', async () => {
  const headers = { 'if-none-match': response.headers.get('etag') };
  const again = await fetch(rollcall.url(), { headers });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
});
