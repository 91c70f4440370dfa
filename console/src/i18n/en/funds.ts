// What bounds payouts, and what county finance books.
export const funds = {
  funds: {
    title: 'Limits and budgets', policy: 'in force: {policy}', solo: 'One person makes and pays, each', workerDay: 'One person alone, a day', township: 'The township checks, each; above it the county', townshipDay: 'A township, a day; above it the county checks',
    household: 'A household within {n} month | A household within {n} months', aidKind: '{kind}, a household within {n} month | {kind}, a household within {n} months', budgets: 'Budgets of {year}', kind: 'Kind of aid', budget: 'Budget', used: 'Used', left: 'Left', set: 'Set by', noBudget: 'No budget is set; the fund alone bounds what is spent.', reviewPercent: 'Drawn for a review', reviewDays: 'Time for a review', workingDays: '{n} working day | {n} working days',
    float: 'Township, or your county', floatHint: 'The county\'s float pays by itself where a township\'s is empty.', year: 'Year', voucher: 'Voucher number', voucherHint: 'A voucher is booked once.',
  },
  prove: { lead: 'You signed in a while ago. Give your password once more to sign; what you typed is kept.', go: 'Confirm and sign' },
  signals: {
    title: 'Payouts to look at', since: 'The last', days: '{n} day | {n} days', lead: 'Where to look first; none of it proves anything.', kind: 'What', who: 'Who', count: 'Payouts', latest: 'Latest', none: 'Nothing of the kind.',
    kinds: { same_pair: 'Two people sign nearly only for one another', two_households: 'One person was paid in several households', young_ticket: 'Money asked for within ten minutes of the call', off_hours: 'Checked or signed between ten at night and six', same_account: 'One bank account for two people', just_below: 'Again and again just below what one person pays alone', review_finding: 'A review found something', review_late: 'Reviews that are late (county finance)' },
  },
  levelWhy: { split: 'with other recent payouts it passes the limit', worker_day: 'the maker\'s sums of the day pass the limit', township_day: 'the township\'s sums of the day pass the limit', frozen: 'the maker owes a second signature' },
}
