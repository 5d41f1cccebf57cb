import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import timers from 'node:timers';

/** What a program may change for all that run after it in the same process. */
const shared: readonly object[] = [
  ...[globalThis, process, fs, fs.promises, os, timers, crypto, childProcess, Math, JSON, Reflect, Atomics],
  ...[
    Object,
    Object.prototype,
    Function.prototype,
    Array.prototype,
    String.prototype,
    Promise,
    Promise.prototype,
  ],
  ...[Error, Buffer, Buffer.prototype, performance],
];

/**
 * Remembers what is there now. @returns a function that brings it back: an execution must find nothing of the one before it
 */
export function snapshot(): () => void {
  const before = shared.map((object) => [object, Object.getOwnPropertyDescriptors(object)] as const);
  const env = { ...process.env };
  const directory = process.cwd();
  const umask = process.umask();
  const listeners = process.eventNames().map((name) => [name, process.rawListeners(name)] as const);

  return function restore() {
    let isChanged = false;
    for (const [object, descriptors] of before) isChanged = restoreObject(object, descriptors) || isChanged;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    for (const [name, value] of Object.entries(env))
      if (process.env[name] !== value) process.env[name] = value;
    if (process.cwd() !== directory) process.chdir(directory);
    process.umask(umask);
    const kept = new Map(listeners);
    for (const name of process.eventNames())
      for (const listener of process.rawListeners(name))
        if (!kept.get(name)?.includes(listener)) process.removeListener(name, listener as () => void);
    if (isChanged) syncBuiltinESMExports();
  };
}

/** @returns whether anything had been changed */
function restoreObject(object: object, before: Record<PropertyKey, PropertyDescriptor>): boolean {
  const values = object as Record<PropertyKey, unknown>;
  let isChanged = false;
  for (const name of Reflect.ownKeys(object)) {
    if (name in before) continue;
    isChanged = Reflect.deleteProperty(object, name) || isChanged;
  }
  for (const name of Reflect.ownKeys(before)) {
    const then = before[name] as PropertyDescriptor;
    // Nearly all are as they were, and that is quick to see.
    if (then.get === undefined && then.set === undefined && Object.is(values[name], then.value)) continue;
    const now = Object.getOwnPropertyDescriptor(object, name);
    if (now && now.value === then.value && now.get === then.get && now.set === then.set) continue;
    isChanged = Reflect.defineProperty(object, name, then) || isChanged;
  }
  return isChanged;
}
