// Reconciliation, vouchers and closing.
export const closing = {
  closing: {
    county: 'County', open: 'What does not agree', openCount: '{n} thing does not agree | {n} things do not agree', agrees: 'Books, bank and cash agree', openLead: 'Looked at after 1 day, asked about after 3, told to the supervisor and the auditor after 7.', what: 'What', since: 'Since', age: 'Age', days: '{n} day | {n} days',
    kinds: { unknown: 'The bank has not said what became of it (never pay again)', unmatched_line: 'On the bank statement, not in the books', unmatched_entry: 'In the books, not on the bank statement', cash_short: 'A count differs and is not explained', imprest: 'The float does not add up' },
    imprest: 'Floats', imprestLead: 'The float, the cash in workers’ hands, the vouchers not yet repaid and what counts did not find come to what the float was filled with; if not, money is missing.', filled: 'Filled with', float: 'In the float', cash: 'In hands', vouchers: 'Vouchers', suspense: 'Counts', missing: 'Missing', count: '{n} voucher | {n} vouchers', claim: 'Repay {sum}', noFloat: 'No float has been filled yet.',
    closed: 'Closing', kind: { day: 'Days, through', month: 'Month', year: 'Year' }, never: 'not closed yet', history: 'What was closed', through: 'Last day', note: 'Note', closeHint: 'Nothing is booked into closed days. A month needs its days closed and nothing open; a year its months, and carries what was spent.',
    report: 'Report', reportAgrees: 'equals the ledger to the fen', reportDiffers: 'differs from the ledger', from: 'From', to: 'to', given: 'Put into the fund', paid: 'Paid', takenBack: 'Came back or was reversed', recovered: 'Paid back by citizens', held: 'Held at the end (fund, floats, cash, goods)', rail: 'Rail', nothingPaid: 'Nothing was paid in this time.', balances: 'Accounts before and after', opening: 'Before', ending: 'After',
  },
}
