import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { StoreError } from '../../errors/store-error.js';
import { failureResponse } from './failures.js';

it('a store that is not available now is 503 with Retry-After, and never 401, which makes clients throw their token away', async () => {
  const error = new StoreError('E_UNAVAILABLE', 'etcd://h/a is not available', { definite: true });
  const response = await new Hono().get('/', (context) => failureResponse(context, error)).request('/');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toEqual({
    error: 'E_UNAVAILABLE',
    error_description: 'etcd://h/a is not available',
    definite: true,
  });
});
