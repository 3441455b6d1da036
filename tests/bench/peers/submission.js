// What both peers share: the JSON they take, its checks, and one prepared INSERT a request.
//
// SPDX-License-Identifier: Apache-2.0
'use strict';
const { Pool } = require('pg');

const painPoints = ['delai', 'deplacements', 'horaires', 'cout', 'pieces', 'redemande', 'formulaire',
  'information', 'interlocuteur', 'suivi', 'decision', 'accueil', 'outil-en-panne', 'pas-en-ligne',
  'numerique-difficile', 'langue', 'handicap'];
const audiences = ['citizen', 'applicant', 'beneficiary'];
const channels = ['online', 'desk', 'phone', 'mail', 'home'];

// Connections stay open: one that closed while another candidate is measured would be opened again
// within the next measurement.
function openPool(size) {
  return new Pool({ max: size, idleTimeoutMillis: 0 });
}

const text = 'INSERT INTO submission (id, procedure, audience, channel, submitted_at, answers)'
  + ' VALUES ($1, $2, $3, $4, now(), $5) ON CONFLICT DO NOTHING';

function store(pool, id, submission) {
  const { procedure, audience, channel, answers } = submission;
  const values = [id, procedure, audience, channel, JSON.stringify(answers)];
  return pool.query({ name: 'insert_submission', text, values });
}

module.exports = { painPoints, audiences, channels, openPool, store };
