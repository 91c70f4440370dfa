// @vitest-environment node
import { readFileSync } from 'node:fs'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, it } from 'vitest'

it('the client is generated from the server’s own document (else: npm run client)', async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(JSON.parse(readFileSync('../api/openapi.json', 'utf8'))))
  expect(readFileSync('src/api/schema.d.ts', 'utf8') === made).toBe(true)
}, 60_000) // it compiles the whole document, which takes its time on a busy machine
