// What workers carry: standing advances, and what two people sign for.
export const advance = {
  goods: {
    lead: 'Goods in the stores of the county and its townships, at cost. Purchases, transfers and counts go through two people and count once the other has signed.', name: 'Goods', unit: 'Unit', price: 'Price (yuan)', each: '{sum} yuan each ({unit})', pieces: 'How many ({unit})', cost: '{sum} yuan in all, out of the county\'s fund', free: 'Free', held: 'Promised', worth: 'Worth (yuan)', none: 'No goods yet.', basket: 'Which goods', empty: 'The township\'s store has nothing free.', worthOf: 'Chosen {worth} yuan, due {sum}',
    store: 'Which store', invoice: 'Invoice number', invoiceHint: 'One invoice counts once for the same goods.', to: 'To which township', found: 'Found ({unit})', foundHint: 'What is promised and not handed out lies there as well: count it.', books: 'in the books {n}', differs: 'Differs from the books by {sum} yuan', note: 'Remark', noteHint: 'Required where it differs from the books.', waiting: 'Waits for a signature', nobody: 'Nothing waits for a signature.', done: 'Done', what: 'What', by: 'Signatures', missing: 'missing', surplus: 'too much',
    act: { purchase: '{by} has bought', transfer: '{by} gives out of the county\'s store', count: '{by} has counted' }, waits: { second: 'another person signs', approve: 'the county approves the difference' }, step: { second: 'second', approve: 'approved' }, said: 'Done; another person signs.', sign: { purchase: 'Goods and invoice agree: sign', transfer: 'Received: sign', count: 'Counted with them: sign', approve: 'Approve the difference' },
  },
  advance: {
    title: 'Cash and advance', limit: 'A worker\'s standing advance, at most', lead: 'An advance goes through two hands: one person gives, and it counts once the other has signed.', carried: 'What I carry', carriedAll: 'Who carries what', nothing: 'You carry no cash.', nothingAll: 'Nobody carries cash.', most: 'At most {sum} yuan each',
    holder: 'Who', kind: 'What', advance: 'standing advance', payouts: 'for single payouts', sum: 'In the books', held: 'Set aside', comes: 'To be signed', free: 'Free', waiting: 'Waits for a signature', nobody: 'Nothing waits for a signature.', done: 'Done', none: 'Nothing yet.',
    act: { issue: '{by} hands out to {to}', hand_over: '{by} hands over to {to}', return: '{by} gives back into the float', count: '{by} has counted' }, outcome: { signed: 'signed', declined: 'not signed', withdrawn: 'withdrawn' },
    counted: 'Counted', books: 'In the books', short: 'missing', over: 'too much', to: 'To whom', toIssue: 'To whom', choose: 'Choose', township: 'Township', note: 'Remark', countedHint: 'Count the standing advance alone, without cash for single payouts.', noteHint: 'Required where it differs from the books.', reason: 'Why you do not sign', differs: 'Differs from the books by {sum} yuan',
    sign: 'It agrees: sign', signCount: 'Counted again: sign', decline: 'Do not sign', withdraw: 'Withdraw', said: 'Done; the other person signs.', signed: 'Signed.', answered: 'Done.', what: 'What', by: 'Signature',
    move: { hint: 'It goes to the township that answers for it.' },
  },
}
