import type { code as zh } from '../zh/code'
import type { Words } from '../words'

export const code: Words<typeof zh> = {
  priority: { P1: 'P1 within 2 h', P2: 'P2 within 24 h', P3: 'P3 ordinary', INFO: 'Question' },
  kind: { aid: 'aid', consultation: 'consultation', progress: 'progress', complaint: 'complaint' },
  cause: { unknown: 'unknown cause', accident: 'accident', illness: 'illness', fire: 'fire', traffic: 'traffic accident', disaster: 'natural disaster', other: 'other' },
  status: {
    new: 'new', triaged: 'triaged', offered: 'being offered', accepted: 'accepted', on_site: 'on site', findings: 'findings written', aid_decided: 'aid decided', aid_confirmed: 'aid received', rejected: 'no aid due', referred: 'referred', follow_up: 'follow-up', duplicate: 'merged', closed: 'closed', reopened: 'reopened',
  },
  role: {
    agent: 'agent', supervisor: 'supervisor', worker: 'township worker', township_head: 'township head', county_duty: 'county duty', county_finance: 'county finance', city_duty: 'city duty', city_head: 'city head', village_assistant: 'village assistant', volunteer: 'volunteer', auditor: 'auditor',
    system_admin: 'system administrator', security_admin: 'security administrator', audit_admin: 'audit administrator',
  },
  clock: { two_hour: '2 hours', day: '24 hours', answer: 'Answer (5 working days)', accepted: 'Acceptance (5 working days)', decide: 'Decision (20 working days)' },
  clockShort: { two_hour: '2 h', day: '24 h', answer: 'answer', accepted: 'acceptance', decide: 'decision' },
  dayKind: { working: 'working day', rest: 'weekend', holiday: 'holiday', make_up: 'make-up working day' },
  proof: { receipt: 'signed receipt', bank: 'bank success', goods: 'goods handed over', no_aid_due: 'decision that no aid is due', answered: 'answer given', retriaged: 're-triage', merged: 'merged' },
  offer: { open: 'waiting', again: 'Offered anew', accepted: 'accepted', taken: 'taken by another', withdrawn: 'withdrawn' },
  outcome: { satisfied: 'received, satisfied', dissatisfied: 'received, dissatisfied', unreachable: 'not reached in three tries', not_received: 'not received (back to the owner)' },
  endReason: {
    completed: 'completed', caller_hung: 'caller hung up', abandoned: 'hung up before the answer', no_ack: 'never established', media_lost: 'sound was lost', bad_sdp: 'no common codec', busy: 'all lines busy', draining: 'maintenance', max_duration: 'longest duration reached', node_stopped: 'system stopped', node_lost: 'system failed', failed: 'system error',
  },
  visitMode: { on_site: 'On site', voice: 'By phone' },
  idType: { resident_id: 'Has an identity number', none: 'Has none' },
  need: { food: 'food', clothing: 'clothing', shelter: 'shelter', medical: 'medical care', cash: 'cash', transport: 'transport', care: 'care', funeral: 'funeral', other: 'other' },
  warning: { id_unknown_area: 'The area prefix of the identity number is in no list (an old county, or a slip); read it again.', id_none: 'Without an identity number the household limit cannot be held across tickets.' },
  track: { fast: 'fast track', urgent: 'urgent path', none: 'refusal' },
  level: { solo: 'the worker', owner: 'the owner', township: 'the township', county: 'the county' },
  decisionState: { registered: 'registered', short_check: 'short-checked', approved: 'approved', paid: 'paid', papers_due: 'papers owed', papers_done: 'papers complete', declined: 'declined', refused: 'no aid due' },
  payoutState: {
    draft: 'draft', submitted: 'waits for its checker', checked: 'checked', reserved: 'held in the float', cash_issued: 'cash with the payer', receipted: 'received', batched: 'in a batch', sent: 'sent to the bank', acked: 'bank has it', succeeded: 'arrived', failed: 'came back', unknown: 'unknown', fixed: 'repaired', reconciled: 'reconciled', cancelled: 'cancelled', reversed: 'reversed',
  },
  hand: { maker: 'Maker', checker: 'Checker', payer: 'Payer', companion: 'With', second_signer: 'Second signature' },
  paperState: { open: 'owed', reminded: 'reminded', overdue: 'overdue', received: 'received, to verify', verified: 'verified', waived: 'waived' },
  paper: { id_copy: 'copy of the identity card', household_register: 'copy of the household register', application_form: 'application form', medical_record: 'medical record', expense_proof: 'proof of expenses', accident_report: 'accident report', village_statement: 'statement of the village committee', witness_statement: 'statement of a witness' },
  account: { fund: 'Fund', float: 'Township float', cash: 'Cash with a worker', payable: 'Payable', in_transit: 'With the bank', expense: 'Expense', returned: 'Returned', recovery: 'To be recovered', suspense: 'Suspense', rounding: 'Rounding', stock: 'Stock', appropriation: 'Appropriation' },
  aidKind: { urgent: 'urgent temporary aid' },
  ledgerEvent: { fund_allocated: 'fund allocated', float_funded: 'float filled', approved: 'owed', reserved: 'held', released: 'hold released', cash_issued: 'cash issued', receipted: 'received', cash_returned: 'cash returned', cancelled: 'cancelled', reversed: 'reversed' },
  channel: { cash: 'cash', live: 'console', sms: 'SMS' },
  rail: { cash: 'cash', bank: 'bank' },
  system: { ivr: 'telephone', dispatch: 'dispatch', sign_in: 'back office', journal: 'local journal' },
  notice: { ticket_registered: 'call registered', accepted_citizen: 'acceptance', payment_citizen: 'payment', refused_citizen: 'refusal', paper_due_citizen: 'papers owed', offer: 'offer', offer_taken: 'taken by another', rise: 'rise', loop_alarm: 'alarm: nobody accepts', called_again: 'called again', handover: 'hand-over', warning: 'deadline warning', silence: 'silence', breach: 'breach', due_rise: 'two hours passed', not_received: 'aid not received', check_wanted: 'check wanted', payout_to_check: 'payout to check', payout_to_sign: 'payout to sign', second_signature: 'second signature', second_signature_late: 'second signature late', signature_overdue: 'second signature late', float_low: 'float low', paper_due: 'paper due', paper_reminder: 'paper reminder', paper_overdue: 'paper overdue', paper_overdue_head: 'paper overdue', decision_to_approve: 'decision to approve', decision_approved: 'decision approved', decision_declined: 'decision declined', payout_checked: 'payout checked', payout_reversed: 'payout reversed' },
  auditAction: { session: { open: '{login} signed in', refuse: '{login} failed to sign in', close: '{login} signed out' }, phone: { view: 'Looked at a number' }, photo: { view: 'Looked at a photo' }, ledger: { fund_allocated: '{amount} yuan put into the fund', float_funded: '{amount} yuan put into the float' } },
  because: { onDuty: 'on duty, no. {position} ({from} – {to})', handover: '{from} asks to hand over: {reason}', desk: 'the desk', owner: 'the owner', offeree: 'already asked', passed: 'passed over {name} (no. {position}, {reason})', until: ', until {at}', duty: '{role} on duty', dutyNth: '{role} on duty, no. {position}', target: { desk_township: 'township desk', desk_county: 'county desk', desk_city: 'city desk', owner: 'the owner', offeree: 'who was asked' } },
  reason: { nobody_on_duty: 'nobody on duty', all_away: 'everyone on the roster is away', area_not_known: 'township unknown', no_such_post: 'no such post', unknown_target: 'faulty rule', not_offered: 'not offered yet', absent: 'absent', left: 'has left' },
  milestone: { invite: 'called', on_site: 'on site', aid_decided: 'decided', relieved: 'relieved', answered: 'answered', application_accepted: 'accepted', application_decided: 'decided' },
  dutyWhy: { shift: 'by the roster', absent: 'absence registered', left: 'has left' },
  act: {
    accept: 'Accept', triage: 'Triage', repeat: 'Same matter?', lowering: 'Approve lowering', visit: 'Record a visit', findings: 'Write findings', decide: 'Decide aid', refuse: 'No aid is due', addPaper: 'Add a missing paper', answer: 'Answer', handOver: 'Hand over', close: 'Close after call-back', reopen: 'Reopen',
    shortCheck: 'Short check', approve: 'Approve aid', decline: 'Decline', startPayout: 'Start payout', check: 'Check payout', issueCash: 'Take the cash', receipt: 'Receipt', returnCash: 'Bring cash back', cancelPayout: 'Cancel payout', secondSign: 'Second signature', reverse: 'Reverse',
    paperReceive: 'Paper received', paperVerify: 'Verify paper', paperReturn: 'Return paper', paperWaive: 'Waive paper', callerView: 'Show the number',
  },
  actHint: {
    accept: 'You become the owner; the caller is told how to reach you.', receipt: 'The receipt stops the clocks. Complete it with the payee in front of you.', check: 'Check payee, amount and reason. You sign exactly what this page shows.', secondSign: 'Check amount and receipt. You sign exactly what this page shows.', issueCash: 'With the cash in hand you are the payer.',
    refuse: 'This stops the clocks; the citizen gets the reason in writing.', callerView: 'The look-up is recorded; the number hides again after a minute.', close: 'Somebody other than the owner phones: received? how much? satisfied?', approve: 'Check amount and reason. Only then can it be paid.', returnCash: 'Cash that was not handed over goes back to the float and stays held.',
  },
  field: {
    priority: 'Priority', number: 'Number', status: 'Status', area: 'Area', owner: 'Owner', caller: 'Caller', invited_at: 'Called at', kind: 'Kind', cause: 'Cause', call: 'Call', call_taker: 'Taken by', reason: 'Reason', arrived_at: 'Arrived at', household_size: 'Household', affected: 'Affected', needs: 'Needs',
    at: 'At', by: 'By', from: 'from', to: 'to', shift: 'shift', position: 'position', skipped: 'skipped', handover: 'hand-over', desk: 'desk', role: 'role', step: 'step', loop: 'loop', name: 'name', post: 'post', who: 'who', absent: 'absent', photos: 'photos', visitors: 'visitors', mode: 'how', purpose: 'purpose',
    amount_fen: 'amount (yuan)', decision: 'decision', receipt: 'receipt', paper: 'paper', due_at: 'due', warnings: 'warnings', level: 'level', track: 'track', why: 'why', key: 'key', digits: 'keys', minutes: 'minutes', on_time: 'on time', proof: 'proof', ref: 'reference', area_name: 'area', starts_at: 'starts', ends_at: 'ends',
  },
}
