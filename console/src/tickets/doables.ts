import type { Ticket } from '../api/types'

/** One thing this person may do now: an act of the ticket, or of something that belongs to it. */
export interface Doable {
  form: string // which form does it, and its words under `act.`
  item: string // id of the decision, payout or paper it is about; the ticket's own acts have none
}

// The names the server gives to acts, and the forms that do them.
const ofTicket: Record<string, string> = {
  accept: 'accept', triage: 'triage', decide_repeat: 'repeat', approve_lowering: 'lowering', visit: 'visit', findings: 'findings',
  decide: 'decide', refuse: 'refuse', add_paper: 'addPaper', answer: 'answer', hand_over: 'handOver', close: 'close', reopen: 'reopen',
  return: 'giveBack', pull: 'pull', push: 'push', pause: 'pause', resume: 'resume', merge: 'merge', split: 'splitOff', open_to_agency: 'openToAgency', enter_account: 'enterAccount',
}
const ofDecision: Record<string, string> = { short_check: 'shortCheck', approve: 'approve', decline: 'decline', start_payout: 'startPayout' }
const ofDisbursement: Record<string, string> = {
  check: 'check', issue_cash: 'issueCash', receipt: 'receipt', return_cash: 'returnCash', cancel: 'cancelPayout',
  second_signature: 'secondSign', reverse: 'reverse', fix: 'fixPayout', reissue: 'reissue', after_review: 'afterReview',
}
const ofAccount: Record<string, string> = { verify: 'verifyAccount' }
const ofPaper: Record<string, string> = { receive: 'paperReceive', verify: 'paperVerify', return: 'paperReturn', waive: 'paperWaive' }

// What a person most likely came for, first.
const order = ['accept', 'repeat', 'receipt', 'issueCash', 'check', 'approve', 'shortCheck', 'verifyAccount', 'fixPayout', 'reissue', 'startPayout', 'secondSign', 'afterReview', 'lowering', 'triage', 'visit',
  'findings', 'decide', 'answer', 'close', 'enterAccount', 'addPaper', 'paperReceive', 'paperVerify', 'resume', 'giveBack', 'handOver', 'pull', 'push', 'pause', 'merge', 'splitOff', 'openToAgency', 'undoMerge', 'reopen', 'refuse', 'decline', 'paperReturn', 'paperWaive',
  'returnCash', 'cancelPayout', 'reverse']

/** Everything that may be done on a ticket now, as the server says, likeliest first. */
export function doables(t: Ticket): Doable[] {
  const found: Doable[] = (t.acts ?? []).flatMap((a) => (ofTicket[a] ? [{ form: a === 'split' && t.status === 'duplicate' ? 'undoMerge' : ofTicket[a], item: '' }] : []))
  const collect = (items: { id: string; next_acts: string[] | null }[] | null | undefined, names: Record<string, string>) => {
    for (const item of items ?? []) {
      for (const act of item.next_acts ?? []) if (names[act]) found.push({ form: names[act], item: item.id })
    }
  }
  collect(t.decisions, ofDecision)
  collect(t.disbursements, ofDisbursement)
  collect(t.payee_accounts, ofAccount)
  collect(t.papers, ofPaper)
  return found.sort((a, b) => order.indexOf(a.form) - order.indexOf(b.form))
}

/** The form for an act as the inbox names it: of a decision, a payout, a paper or a ticket. */
export function formOf(act: string): string {
  return ofDecision[act] ?? ofDisbursement[act] ?? ofAccount[act] ?? ofPaper[act] ?? ofTicket[act] ?? act
}

/** Whether the citizen's number may be looked up. The server decides again, and writes it down. */
export function mayViewCaller(t: Ticket): boolean {
  return t.acts?.includes('view_caller') ?? false
}
