// What bounds payouts, and what county finance books.
export const funds = {
  funds: {
    title: 'Limits and budgets', policy: 'in force: {policy}', budgets: 'Budgets of {year}', kind: 'Kind of aid', budget: 'Budget', used: 'Used', left: 'Left', set: 'Set by', noBudget: 'No budget is set; the fund alone bounds what is spent.',
    float: 'Township, or your county', floatHint: 'The county\'s float pays by itself where a township\'s is empty.', year: 'Year', voucher: 'Voucher number', voucherHint: 'A voucher is booked once.',
  },
  limit: {
    limit: 'Limit', value: 'Now', since: 'Since', until: 'Until', open: 'open', basis: 'Basis', next: 'Announced', nextOn: '{value} from {day}', ended: 'no limit', none: 'no limit',
    name: {
      solo: 'One person makes and pays, each', worker_day: 'One person alone, a day', township: 'The township checks, each; above it the county', township_day: 'A township, a day; above it the county checks', advance: 'Standing advance, each person', household: 'A household, within the period', household_months: 'The period', aid_kind: '{kind}, a household within the period', account: 'A bank account, within the period', entitled: 'Monthly aid of a household or account, within the period',
      fast_person: 'Rapid aid, each person', fast_household: 'Rapid aid, each household', float: 'A full float, each township', float_low: 'A float is low below', fund: 'A full fund, each county', fund_low: 'A fund is low below', second_signature: 'Time for the second signature', county_may_check: 'The township is silent: the county may check after', after_review: 'Drawn for a review', after_review_days: 'Time for a review',
    },
    unit: { percent: '{n} %', months: '{n} month | {n} months', working_days: '{n} working day | {n} working days', minutes: '{n} minute | {n} minutes', hours: '{n} hour | {n} hours' },
  },
  prove: { lead: 'You signed in a while ago. Give your password once more to sign; what you typed is kept.', go: 'Confirm and sign' },
  signals: {
    tickets: 'Tickets', all: 'All {n}',
    title: 'Payouts to look at', since: 'The last', days: '{n} day | {n} days', lead: 'Where to look first; none of it proves anything.', kind: 'What', who: 'Who', count: 'Payouts', latest: 'Latest', none: 'Nothing of the kind.',
    kinds: { same_pair: 'Two people sign nearly only for one another', two_households: 'One person was paid in several households', young_ticket: 'Money asked for within ten minutes of the call', off_hours: 'Checked or signed between ten at night and six', same_account: 'One bank account for two people', just_below: 'Again and again just below what one person pays alone', review_finding: 'A review found something', review_late: 'Reviews that are late (county finance)' },
  },
  railChoice: {
    first: 'suggested by the deadline', late: 'not in time', no: 'not possible now',
    why: { bank_in_time: 'the bank credits at {at}, before the deadline', bank_no_deadline: 'no deadline runs: the payee\'s own account is the safest way', bank_late: 'the bank credits at {at}, too late for the deadline', bank_no_run: 'nobody knows when the bank credits', no_bank: 'the county has no bank here', account_unknown: 'the payee\'s account was not entered', account_unverified: 'another person has not verified the account', fund_empty: 'the county\'s fund holds too little for the bank to pay', advance_holds: 'you carry enough ({sum} yuan) and can pay at once', advance_short: 'you carry too little ({sum} yuan); a colleague may take it on', advance_another: 'above the solo limit another person pays, out of what they carry', float_holds: 'the township\'s float holds enough ({sum} yuan)', county_float_holds: 'the township\'s float is too low ({sum} yuan); the county\'s pays', float_empty: 'neither the township\'s float nor the county\'s holds enough', stock_holds: 'the stock holds enough', stock_short: 'the stock is too low' },
  },
  levelWhy: { split: 'with other recent payouts it passes the limit', worker_day: 'the maker\'s sums of the day pass the limit', township_day: 'the township\'s sums of the day pass the limit', frozen: 'the maker owes a second signature', run: 'it is a line of a payment run, which the county signs whole' },
}
