import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/i18n/en'
import { zh } from '../../src/i18n/zh'

// Every code that the line may answer a desk with: its own, the queue's, and what a call-back is refused with.
const read = (file: string) => readFileSync(resolve(process.cwd(), '..', file), 'utf8')
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((m) => m[1]!)
const codes = [
  ...found(read('ivr/softphone/decode.go'), /\bcode\w+\s+= "(\w+)"/g),
  ...found(read('ivr/acd/agents.go'), /act\.(?:Refused\(|Invalid\("\w+", )"(\w+)"/g),
  'already_taken', 'too_early', 'not_callable', 'not_found', 'not_in_this_state',
]

describe('what the line could not do', () => {
  it('is known', () => expect(codes.length).toBeGreaterThan(20))
  it.each(codes)('%s has words in both languages', (code) => {
    for (const words of [zh, en]) expect(Object.keys(words.desk.fault)).toContain(code)
  })
})
