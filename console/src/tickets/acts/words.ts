import { api } from '../../api/client'
import type { Ticket } from '../../api/types'

/** An act that needs one text at most. */
interface WordAct {
  text: 'none' | 'required'
  label?: string // key under `word.`
  rows?: number
  danger?: boolean
  send: (t: Ticket, item: string, text: string, key: string) => Promise<unknown>
}

// The checker signs the exact content that the page shows: its hash goes back with the signature.
function contentHash(t: Ticket, id: string): string {
  return t.disbursements?.find((d) => d.id === id)?.content_hash ?? ''
}

export const wordActs: Record<string, WordAct> = {
  answer: { text: 'required', label: 'answer', rows: 4, send: (t, _item, answer, key) => api.act('/tickets/{id}/answer', t.id, { answer }, key) },
  reopen: { text: 'required', send: (t, _item, reason, key) => api.act('/tickets/{id}/reopening', t.id, { reason }, key) },
  giveBack: { text: 'required', rows: 3, send: (t, _item, reason, key) => api.act('/tickets/{id}/returns', t.id, { reason }, key) },
  pull: { text: 'required', send: (t, _item, reason, key) => api.act('/tickets/{id}/pulls', t.id, { reason }, key) },
  resume: { text: 'none', send: (t, _item, _text, key) => api.act('/tickets/{id}/resumptions', t.id, {}, key) },
  undoMerge: { text: 'required', send: (t, _item, reason, key) => api.act('/tickets/{id}/splits', t.id, { reason }, key) },
  refuse: { text: 'required', label: 'refusal', rows: 4, danger: true, send: (t, _item, reason, key) => api.act('/tickets/{id}/refusals', t.id, { reason }, key) },
  approve: { text: 'none', send: (_t, item, _text, key) => api.act('/decisions/{id}/approval', item, { approve: true }, key) },
  decline: { text: 'required', danger: true, send: (_t, item, reason, key) => api.act('/decisions/{id}/approval', item, { approve: false, reason }, key) },
  check: { text: 'none', send: (t, item, _text, key) => api.act('/disbursements/{id}/check', item, { content_hash: contentHash(t, item) }, key) },
  secondSign: { text: 'none', send: (t, item, _text, key) => api.act('/disbursements/{id}/second-signature', item, { content_hash: contentHash(t, item) }, key) },
  issueCash: { text: 'none', send: (_t, item, _text, key) => api.act('/disbursements/{id}/cash', item, {}, key) },
  returnCash: { text: 'required', send: (_t, item, reason, key) => api.act('/disbursements/{id}/return', item, { reason }, key) },
  cancelPayout: { text: 'required', danger: true, send: (_t, item, reason, key) => api.act('/disbursements/{id}/cancellation', item, { reason }, key) },
  reissue: { text: 'none', send: (_t, item, _text, key) => api.act('/disbursements/{id}/reissue', item, {}, key) },
  reverse: { text: 'required', danger: true, send: (_t, item, reason, key) => api.act('/disbursements/{id}/reversal', item, { reason }, key) },
  paperVerify: { text: 'none', send: (_t, item, _text, key) => api.act('/papers/{id}/verification', item, {}, key) },
  paperReturn: { text: 'required', send: (_t, item, reason, key) => api.act('/papers/{id}/return', item, { reason }, key) },
  paperWaive: { text: 'required', send: (_t, item, reason, key) => api.act('/papers/{id}/waiver', item, { reason }, key) },
}
