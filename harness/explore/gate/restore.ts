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

/** An object as it was. Getters apart: to ask them is to run them. */
export interface Kept {
  object: object;
  descriptors: Record<PropertyKey, PropertyDescriptor>;
  names: readonly PropertyKey[];
  values: readonly (readonly [PropertyKey, unknown])[];
  getters: readonly (readonly [PropertyKey, PropertyDescriptor])[];
}

export function keep(object: object): Kept {
  const descriptors: Record<PropertyKey, PropertyDescriptor> = Object.getOwnPropertyDescriptors(object);
  const names = Reflect.ownKeys(object);
  const known = names.map((name) => [name, descriptors[name] as PropertyDescriptor] as const);
  const isGetter = ([, { get, set }]: readonly [PropertyKey, PropertyDescriptor]) =>
    get !== undefined || set !== undefined;
  return {
    object,
    descriptors,
    names,
    values: known.filter((one) => !isGetter(one)).map(([name, { value }]) => [name, value] as const),
    getters: known.filter(isGetter),
  };
}

/**
 * Remembers what is there now. @returns a function that brings it back: an execution must find nothing of the one before it
 */
export function snapshot(): () => void {
  const before = shared.map(keep);
  const env = { ...process.env };
  const directory = process.cwd();
  const umask = process.umask();
  const listeners = process.eventNames().map((name) => [name, process.rawListeners(name)] as const);

  return function restore() {
    const changed = before.filter((kept) => !isAsItWas(kept));
    for (const kept of changed) bringBack(kept);
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    for (const [name, value] of Object.entries(env))
      if (process.env[name] !== value) process.env[name] = value;
    if (process.cwd() !== directory) process.chdir(directory);
    process.umask(umask);
    const kept = new Map(listeners);
    for (const name of process.eventNames())
      for (const listener of process.rawListeners(name))
        if (!kept.get(name)?.includes(listener)) process.removeListener(name, listener as () => void);
    if (changed.length > 0) syncBuiltinESMExports();
  };
}

/** Asked before every execution, of nearly a thousand properties. */
export function isAsItWas({ object, names, values, getters }: Kept): boolean {
  const found = object as Record<PropertyKey, unknown>;
  const namesNow = Reflect.ownKeys(object);
  if (namesNow.length !== names.length) return false;
  for (let index = 0; index < names.length; index++) if (namesNow[index] !== names[index]) return false;
  for (const [name, value] of values) if (!Object.is(found[name], value)) return false;
  return getters.every(([name, then]) => isSame(Object.getOwnPropertyDescriptor(object, name), then));
}

export function bringBack({ object, descriptors, names }: Kept): void {
  for (const name of Reflect.ownKeys(object))
    if (!(name in descriptors)) Reflect.deleteProperty(object, name);
  for (const name of names) {
    const then = descriptors[name] as PropertyDescriptor;
    if (!isSame(Object.getOwnPropertyDescriptor(object, name), then))
      Reflect.defineProperty(object, name, then);
  }
}

function isSame(now: PropertyDescriptor | undefined, then: PropertyDescriptor): boolean {
  return (
    now !== undefined && Object.is(now.value, then.value) && now.get === then.get && now.set === then.set
  );
}
