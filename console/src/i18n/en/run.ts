// Payment runs: many payouts as one list, made by one person and signed by another.
export const run = {
  run: {
    lead: 'One person makes the list, another duty officer of the county reads and signs it whole; neither of them lets its bank batch go.', due: 'What a list could hold now', dueDecisions: 'Approved and not yet paid', dueMonth: 'Due for {month}', none: 'Nothing.', noneListed: 'There is no run yet.', bare: '{n} more have no account that two people have seen, or have died, and cannot stand on it.',
    make: 'Make the list', made: 'The list is made and frozen. Another duty officer of the county reads and signs it.', list: 'Runs', source: 'What it pays', decisions: 'Approved decisions', entitlements: 'Monthly aid for {month}', month: 'Month',
    state: { draft: 'waits for a signature', signed: 'being carried out', done: 'carried out', discarded: 'discarded' }, lines: 'Lines', sum: 'Sum (yuan)', putOff: 'failed {n} times, tried again', stuck: 'Its next lines could not be carried out {n} times; nothing of them was written, and they are tried again {when}.', troubleInternal: 'The program\'s log says what was in the way; tell the line\'s operators.', results: 'Results', reserved: '{n} held', leftOut: '{n} left out', worked: '{n} of {all} done', forBank: '{n} for the bank', atBank: '{n} with the bank', arrived: '{n} arrived', failed: '{n} failed',
    by: 'Made / signed by', view: 'View', back: 'Back to the list', items: 'Lines', seq: 'No.', account: 'Account ends in', why: 'Why it was left out', all: 'All', onlyLeft: 'Only what was left out', more: 'More',
    sign: 'I have read it: sign', signHint: 'You sign the whole list ({n} lines, {sum} yuan). The program then holds each line to its limits and reserves the money; a line that passes a limit is left out, with the reason.', signed: 'Signed. The program is carrying it out line by line.', discard: 'Discard the list', discarded: 'The list is discarded.', hash: 'Hash of the list', toBatches: 'Make the bank\'s batches',
    lineState: { waits: 'waits', reserved: 'held', left_out: 'left out' },
  },
}
