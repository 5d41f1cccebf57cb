import type { Sql } from 'postgres';
import { StoreError } from '../errors/store-error.js';

type Driver = typeof import('postgres');

/** The driver is loaded at the first call: a program that keeps its store elsewhere need not have it. */
export async function loadDriver(): Promise<(options: DriverOptions) => Sql> {
  let driver: Driver;
  try {
    driver = (await import('postgres')).default as Driver;
  } catch {
    throw new StoreError(
      'E_INPUT',
      'a store on PostgreSQL needs the package postgres, which is not installed',
      {
        definite: true,
        hint: 'Do: npm install postgres',
      },
    );
  }
  return (options) => driver(options as Parameters<Driver>[0] & object);
}

export type DriverOptions = Record<string, unknown>;
