// express.js PORT POOL: Express 5 and pg. The connection comes from the environment (PGHOST …).
//
// SPDX-License-Identifier: Apache-2.0
'use strict';
const crypto = require('node:crypto');
const express = require('express');
const { painPoints, audiences, channels, openPool, store } = require('./submission');

const [port, poolSize] = process.argv.slice(2).map(Number);
const pool = openPool(poolSize);
const known = new Set(painPoints);

function fits({ procedure, audience, channel, answers }) {
  return typeof procedure === 'string' && procedure.length <= 80
    && audiences.includes(audience) && channels.includes(channel)
    && typeof answers === 'object' && answers !== null
    && Number.isInteger(answers.satisfaction) && answers.satisfaction >= 1 && answers.satisfaction <= 5
    && Array.isArray(answers.irritants) && answers.irritants.every((code) => known.has(code))
    && (answers.texte === undefined || (typeof answers.texte === 'string' && answers.texte.length <= 1000));
}

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.use(express.json({ limit: '64kb' }));
app.post('/submissions', async (request, reply) => {
  if (!fits(request.body ?? {})) return reply.status(422).end();
  const id = crypto.randomUUID();
  try {
    await store(pool, id, request.body);
  } catch {
    return reply.status(503).end();
  }
  return reply.status(201).json({ id });
});
app.listen(port, '127.0.0.1');
