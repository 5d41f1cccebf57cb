import { describe, expect, it } from 'vitest';
import { readPath } from './path.js';

const words = (target: string) => [...(readPath(target)?.words ?? [])];

describe('a path in normal form', () => {
  it.each([
    ['/', []],
    ['/pty', ['pty']],
    ['/pty/', ['pty']],
    ['/api/session/abc_1-2~3', ['api', 'session', 'abc_1-2~3']],
    ['/PTY', ['pty']],
    ['/sessions/ptyx', ['sessions', 'ptyx']],
    ['/global/health?directory=/session#', ['global', 'health']],
  ])('the path %s has one reading', (target, segments) => {
    expect(readPath(target)?.segments).toEqual(segments);
    expect(words(target)).toEqual(segments);
  });

  it('a name with dots is read whole, in parts, and without the dots at its end', () => {
    expect(words('/files/session.json')).toEqual(['files', 'session.json', 'session', 'json']);
    expect(words('/pty.')).toEqual(['pty.', 'pty']);
    expect(words('/a.pty.b/1')).toContain('pty');
  });

  it('the words of a path are found in every other spelling of it', () => {
    for (const target of ['/a.b~c_d-e', '//a.b~c_d-e', '/x/../a%2Eb~c_d-e', '/A.b~c_d-e;x'])
      expect(words(target)).toEqual(expect.arrayContaining(['a.b~c_d-e', 'a', 'b~c_d-e']));
  });
});

describe('a path that is not in normal form', () => {
  it.each([
    '/%70ty',
    '/pt%79',
    '/%2570ty',
    '/%252570ty',
    '/%u0070ty',
    '//pty',
    '/x//pty',
    '/./pty',
    '/x/../pty',
    '/pty/../x',
    '/%2e%2e/pty',
    '/x/..%2fpty',
    '/%2Fpty',
    '/pty%2f',
    '/pty.json',
    '/pty%2Ejson',
    '/pty.x/1',
    '/free#/../pty',
    '/free#pty?a',
    '/pty#/../x',
    '/pty;a=b',
    '/;a=b/pty',
    '/pty%3Ba',
    '/pty%3Fa',
    '/pty%23a',
    '/x\\..\\pty',
    '/pty\\',
    '\\pty',
    '/pty%5C',
    '/pty%00',
    '/p%00ty',
    '/pt%0Ay',
    '/p%20ty',
    '/pty%20',
    '/pty.%2e',
    '/base/pty',
    '/BASE/x/%50TY',
    'http://evil.example/pty',
    'http://evil.example\\pty',
    'HTTP://user@evil.example:1/x/../pty?a',
    '/http://evil.example/pty',
    '/%EF%BD%90ty',
    '/pty%E2%80%8B',
    '/p%E2%80%8Bty',
    '/pty%ff',
  ])('every reading of %s is considered', (target) => {
    expect(words(target)).toContain('pty');
  });

  it('a path with several readings has no single list of segments', () => {
    expect(readPath('/x/../pty')?.segments).toBeUndefined();
    expect(readPath('//session')?.segments).toBeUndefined();
  });
});

it('the text after a question mark is no part of the path in any reading', () => {
  for (const target of ['/free?/../pty', '/free?x#/../pty', '/free#?/../pty'])
    expect(words(target)).toEqual(['free']);
});

describe('normal form', () => {
  it.each([
    '/',
    '/pty/',
    '/PTY',
    '/auth/https%3A%2F%2Fexample.com',
    '/auth/a%20b',
    '/auth/100%25',
    '/auth/%C3%A4',
    "/a/b!$&'()*+,=:@c",
    '/x?a=/../b;c=%2e%2e',
  ])('the path %s is in normal form', (target) => {
    expect(readPath(target)?.isCanonical).toBe(true);
  });

  it.each([
    ['an escape of what needs none', '/%70ty'],
    ['an escape in lower case', '/a%3a'],
    ['an escape of a dot', '/%2E%2E/pty'],
    ['an escape of an escape', '/%2570ty'],
    ['half an escape', '/%7'],
    ['what is not UTF-8', '/%FF'],
    ['an escape of a control character', '/a%00'],
    ['an escape of a backslash', '/a%5Cb'],
    ['an empty segment', '//pty'],
    ['an empty segment within', '/x//y'],
    ['two slashes at the end', '/pty//'],
    ['a dot segment', '/./pty'],
    ['a dot segment at the end', '/pty/..'],
    ['parameters', '/pty;a=b'],
    ['a backslash', '/x\\y'],
    ['a fragment', '/pty#x'],
    ['a fragment of the query', '/pty?x#y'],
    ['a letter beyond ASCII', '/ptä'],
    ['a space in the query', '/pty?a b'],
    ['the absolute form', 'http://localhost/pty'],
  ])('a path is not in normal form with %s, %s', (_, target) => {
    expect(readPath(target)).toMatchObject({ isCanonical: false });
  });

  it.each(['*', '', 'pty', '?/pty', 'http:/pty', 'localhost:443', '#', 'http://host?x'])(
    'the target %s is no path',
    (target) => {
      expect(readPath(target)).toBeUndefined();
    },
  );
});

it('the authority of an absolute target is returned', () => {
  expect(readPath('http://evil.example:1/pty')).toMatchObject({ authority: 'evil.example:1', raw: '/pty' });
});
