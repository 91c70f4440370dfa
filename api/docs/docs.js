// Draws /openapi.json. Text is set as text, never as HTML.
'use strict';

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

let schemas = {};
const nameOf = (ref) => ref.split('/').pop();

// typeOf writes a schema on one line; objects by name, drawn once below.
function typeOf(schema) {
  if (!schema) return '';
  if (schema.$ref) return nameOf(schema.$ref);
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type || 'any';
  if (schema.items) return typeOf(schema.items) + '[]';
  const parts = [schema.format ? `${type} (${schema.format})` : type];
  if (schema.enum) parts.push('one of ' + schema.enum.join(', '));
  if (schema.pattern) parts.push(schema.pattern);
  if (schema.minimum !== undefined) parts.push('≥ ' + schema.minimum);
  if (schema.maximum !== undefined) parts.push('≤ ' + schema.maximum);
  if (schema.maxLength !== undefined) parts.push('at most ' + schema.maxLength + ' characters');
  return parts.join('; ');
}

const row = (name, required, schema, note) => el('tr', {},
  el('td', {}, el('code', { textContent: name }), required ? ' required' : ''),
  el('td', { textContent: typeOf(schema) }), el('td', { textContent: note || '' }));

function fields(schema) {
  const real = schema && schema.$ref ? schemas[nameOf(schema.$ref)] : schema;
  if (!real || !real.properties) return el('p', { textContent: typeOf(schema) });
  const table = el('table');
  for (const [name, s] of Object.entries(real.properties)) table.append(row(name, (real.required || []).includes(name), s, s.description));
  return table;
}

function operation(method, path, op) {
  const box = el('details', { id: op.operationId }, el('summary', {}, el('span', { className: 'method', textContent: method.toUpperCase() }),
    el('code', { textContent: path }), ' ' + (op.summary || '')));
  if (op.description) box.append(el('p', { textContent: op.description }));
  box.append(el('p', { className: 'roles', textContent: op['x-roles'] ? 'Who may: ' + op['x-roles'].join(', ') : 'No session needed.' }));
  if (op.parameters) {
    const table = el('table');
    for (const p of op.parameters) table.append(row(`${p.name} (${p.in})`, p.required, p.schema, p.description));
    box.append(table);
  }
  for (const [kind, media] of Object.entries(op.requestBody?.content || {})) box.append(el('h4', { textContent: 'Body: ' + kind }), fields(media.schema));
  for (const [status, r] of Object.entries(op.responses || {})) {
    for (const [kind, media] of Object.entries(r.content || {})) box.append(el('p', {}, `${status} ${r.description}: ${kind} `, el('code', { textContent: typeOf(media.schema) })));
  }
  return box;
}

async function draw() {
  const spec = await (await fetch('/openapi.json')).json();
  schemas = spec.components.schemas;
  document.getElementById('about').textContent = spec.info.description;
  const groups = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, op] of Object.entries(methods)) {
      const tag = (op.tags || ['other'])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(method, path, op));
    }
  }
  const main = document.getElementById('operations');
  for (const [tag, boxes] of groups) main.append(el('h2', { textContent: tag }), ...boxes);
  main.append(el('h2', { textContent: 'Schemas' }));
  for (const [name, schema] of Object.entries(schemas)) main.append(el('details', { id: name }, el('summary', {}, el('code', { textContent: name })), fields(schema)));
}

draw().catch((error) => { document.getElementById('about').textContent = 'Could not draw /openapi.json: ' + error; });
