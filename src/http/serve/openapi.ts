type Scope = 'read' | 'write' | 'execute';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const ok = (description: string, schema: object) => ({ 200: { description, ...json(schema) } });
const problem = { $ref: '#/components/responses/Problem' };
const refusals = { 400: problem, 401: problem, 403: problem, 503: problem };
const needs = (...scopes: Scope[]) => ({ security: [{ token: scopes }] });
const credential = { $ref: '#/components/schemas/Credential' };
const boolean = { type: 'boolean' };

const providerId = {
  name: 'providerID',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'The name of a provider, or its address: https%3A%2F%2Fexample.com',
};
const reveal = {
  name: 'reveal',
  in: 'query',
  schema: boolean,
  description: 'true: with the secrets, which needs execute, too; otherwise they are masked',
};
const ticket = {
  name: 'ticket',
  in: 'query',
  schema: { type: 'string' },
  description: 'In place of a token',
};

/** The answer of `GET /doc`: OpenAPI 3.1. The scopes are those of the specified policy. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Holdfast',
    version: '1',
    description: "The credentials in the agent's file, for programs on this machine.",
  },
  paths: {
    '/global/health': {
      get: {
        summary: 'Is the server up?',
        security: [],
        responses: ok('Yes', { type: 'object', properties: { healthy: boolean } }),
      },
    },
    '/health': {
      get: {
        summary: 'The same',
        security: [],
        responses: ok('Yes', { type: 'object', properties: { healthy: boolean } }),
      },
    },
    '/ready': {
      get: {
        summary: 'Should requests come here? It can judge tokens now, and is not about to end',
        security: [],
        responses: {
          ...ok('Yes', { type: 'object', properties: { ready: boolean } }),
          503: { description: 'Not now', ...json({ type: 'object', properties: { ready: boolean } }) },
        },
      },
    },
    '/doc': {
      get: {
        summary: 'This',
        ...needs('read'),
        responses: { ...ok('OpenAPI', { type: 'object' }), ...refusals },
      },
    },
    '/auth': {
      get: {
        summary: 'All credentials by their names',
        ...needs('read'),
        parameters: [reveal],
        responses: {
          ...ok('Credentials', { type: 'object', additionalProperties: credential }),
          ...refusals,
        },
      },
    },
    '/auth/{providerID}': {
      parameters: [providerId],
      get: {
        summary: 'One credential',
        ...needs('read'),
        parameters: [reveal],
        responses: {
          ...ok('The credential', credential),
          ...refusals,
          404: problem,
        },
      },
      put: {
        summary: 'Stores a credential; it is on the disk when this is answered',
        description: 'At most 32 levels of objects and arrays, and 256 KiB as it is laid out in the file.',
        ...needs('write'),
        requestBody: { required: true, ...json(credential) },
        responses: { ...ok('Done', boolean), ...refusals, 413: problem },
      },
      delete: {
        summary: 'Removes a credential, if there is one',
        ...needs('write'),
        responses: { ...ok('Done', boolean), ...refusals },
      },
    },
    '/event': {
      get: {
        summary: 'Changes, as they happen: names, never values',
        description: 'At most 64 streams of one token, and 512 in all.',
        ...needs('read'),
        parameters: [ticket],
        responses: {
          200: {
            description: 'server.connected, then credentials.changed',
            content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/Event' } } },
          },
          ...refusals,
          429: problem,
        },
      },
    },
    '/ticket': {
      post: {
        summary: 'A ticket in place of a token: good once, for 30 seconds, for one path',
        description:
          'Needs a token that has the permissions of that path; none for this request itself. A token has at most 100; the next one replaces its oldest.',
        ...needs(),
        requestBody: {
          required: true,
          ...json({
            type: 'object',
            required: ['path'],
            properties: { path: { type: 'string' }, upgrade: boolean },
          }),
        },
        responses: {
          ...ok('To be sent as ?ticket=', {
            type: 'object',
            properties: { ticket: { type: 'string' }, expiresInSeconds: { type: 'integer' } },
          }),
          ...refusals,
          429: problem,
        },
      },
    },
  },
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'Made by "holdfast auth token create"' },
    },
    responses: {
      Problem: {
        description: 'Refused, or failed',
        ...json({
          type: 'object',
          required: ['error', 'error_description'],
          properties: {
            error: { type: 'string' },
            error_description: { type: 'string' },
            scope: {
              type: 'string',
              description: 'The permissions that are needed, where the token lacks one',
            },
            definite: { type: 'boolean', description: 'False if a change that failed may have happened' },
          },
        }),
      },
    },
    schemas: {
      Credential: {
        oneOf: [
          {
            type: 'object',
            required: ['type', 'refresh', 'access', 'expires'],
            properties: {
              type: { const: 'oauth' },
              refresh: { type: 'string' },
              access: { type: 'string' },
              expires: { type: 'number', description: 'Milliseconds since 1970; 0 means never' },
              accountId: { type: 'string' },
              enterpriseUrl: { type: 'string' },
            },
          },
          {
            type: 'object',
            required: ['type', 'key'],
            properties: {
              type: { const: 'api' },
              key: { type: 'string' },
              metadata: { type: 'object', additionalProperties: { type: 'string' } },
            },
          },
          {
            type: 'object',
            required: ['type', 'key', 'token'],
            properties: { type: { const: 'wellknown' }, key: { type: 'string' }, token: { type: 'string' } },
          },
        ],
      },
      Event: {
        type: 'object',
        required: ['type', 'properties'],
        properties: {
          type: { enum: ['server.connected', 'credentials.changed'] },
          properties: { type: 'object' },
        },
      },
    },
  },
} as const;
