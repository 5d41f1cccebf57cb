import { expect, test } from 'vitest';
import { run } from '../fixtures.test.helper.js';
import { judge } from '../index.js';

const ofStore = (text: string) => {
  const one = run(text);
  return judge({ ...one, header: { ...one.header, evidence: { of: 'store' } } }).findings;
};

const early = `
  0-3   tui-1.0.1   set a
  2-6   web-1.0.1   set b
  5-8   web-1.0.2   set e
  7-9   login-2.0.1 all a=tui-1.0.1 b=web-1.0.1 e=web-1.0.2
  10-11 web-2.0.1   set c
  11-12 login-1.0.1 all b=web-1.0.1 c=web-2.0.1 e=web-1.0.2
  13-16 web-3.0.1   set d
  15-18 web-4.0.1   set f
  17-18 web-5.0.1   set g
  19-20 audit-1.0.1 all b=web-1.0.1 c=web-2.0.1 d=web-3.0.1 e=web-1.0.2 f=web-4.0.1 g=web-5.0.1
  final 21 b=web-1.0.1 c=web-2.0.1 d=web-3.0.1 e=web-1.0.2 f=web-4.0.1 g=web-5.0.1`;

test('with evidence of the store alone, a loss lies between the reads that found the victim and those that missed it', () => {
  const [loss, ...others] = ofStore(early);
  expect(others).toEqual([]);
  expect(loss?.operations).toEqual(['tui-1.0.1', 'web-1.0.1', 'web-1.0.2', 'web-2.0.1']);
  expect(loss?.sentence).toMatch(
    /gone by 12\.000 ms, when one of web-1\.0\.1 .* from a copy of the entries without it$/,
  );
});

test('a read from a copy that may be older than the victim does not bound the time of the loss', () => {
  // Of what another wrote since, it found nothing: it may have been asked for before.
  const [loss] = ofStore(
    early.replace(
      'login-1.0.1 all b=web-1.0.1 c=web-2.0.1 e=web-1.0.2',
      'login-1.0.1 all b=web-1.0.1 e=web-1.0.2',
    ),
  );
  expect(loss?.sentence).toMatch(/gone by 20\.000 ms/);
});

test('a victim that no other process read may never have been written, and the sentence names no look at the file', () => {
  const [loss] = ofStore(`
    0-3   tui-1.0.1   set a
    2-6   web-1.0.1   set b
    19-20 audit-1.0.1 all b=web-1.0.1
    final 21 b=web-1.0.1`);
  expect(loss?.sentence).toMatch(
    /; no other process had found it there, so it may not have been written by then$/,
  );
  expect(loss?.sentence).not.toContain('file');
});
