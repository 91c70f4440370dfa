import type { visit as zh } from '../zh/visit'
import type { Words } from '../words'

export const visit: Words<typeof zh> = {
  visits: {
    lead: 'These callers were rung back in vain. Please go there and say what you found.', empty: 'Nobody is to be visited.', urgent: 'may be urgent', due: 'Report by', decideBy: 'Decide by', asked: 'Asked at', askedTimes: 'asked once | asked {n} times', who: 'Who goes', decider: 'Who decides', why: 'The call', found: 'What was found', late: 'late | late {n} times', number: 'Ticket',
    origin: { missed: 'Nobody answered it', asked: 'Asked to be rung back', cut_off: 'Cut off, or nobody spoke' }, tries: 'rung back once | rung back {n} times', calls: 'called once | called {n} times', call: 'Telephone the caller', noNumber: 'Only whoever works on the ticket may see the number; to telephone, ask the township’s duty.',
    resultLegend: 'Did you meet the caller?', result: { reached: 'Met, and I know their need', not_found: 'Found no such person or place', moved: 'Moved away', refused: 'Met, and wants no help' },
    need: 'What the caller needs', needHint: 'It is noted on the ticket, for whoever works on it. No phone or identity numbers.', foundNote: 'What you found', foundHint: 'A locked door, what neighbours say. The township head decides whether somebody goes again. No phone or identity numbers.',
    decision: 'What follows', again: 'Somebody goes again', end: 'Nobody goes again: the call-back ends', endReason: 'Why it ends', againReason: 'What to mind (optional)', done: { visitResult: 'The result is recorded.', visitDecision: 'Your decision is recorded.' },
  },
}
