// fastify.js PORT POOL: Fastify 5 and pg. The connection comes from the environment (PGHOST …).
//
// SPDX-License-Identifier: Apache-2.0
'use strict';
const crypto = require('node:crypto');
const { painPoints, audiences, channels, openPool, store } = require('./submission');

const [port, poolSize] = process.argv.slice(2).map(Number);
const pool = openPool(poolSize);

const body = {
  type: 'object',
  required: ['procedure', 'audience', 'channel', 'answers'],
  properties: {
    procedure: { type: 'string', maxLength: 80 },
    audience: { type: 'string', enum: audiences },
    channel: { type: 'string', enum: channels },
    answers: {
      type: 'object',
      required: ['satisfaction', 'irritants'],
      properties: {
        satisfaction: { type: 'integer', minimum: 1, maximum: 5 },
        irritants: { type: 'array', items: { type: 'string', enum: painPoints } },
        texte: { type: 'string', maxLength: 1000 },
      },
    },
  },
};

const app = require('fastify')({ logger: false, bodyLimit: 64 * 1024 });
app.post('/submissions', { schema: { body } }, async (request, reply) => {
  const id = crypto.randomUUID();
  await store(pool, id, request.body);
  reply.code(201);
  return { id };
});
app.listen({ port, host: '127.0.0.1' });
