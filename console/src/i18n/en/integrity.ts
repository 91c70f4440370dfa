// The integrity file: commitments, promises kept and broken.
export const integrityActs = {
  integrity_paper: 'Write down a commitment or notice', integrity_report: 'Report a promise kept or broken', integrity_prove: 'Add evidence', integrity_notify: 'The person was told', integrity_answer: 'Write down what the person says', integrity_decide: 'Decide', integrity_repair: 'Repair', integrity_appeal: 'The person does not agree', integrity_judge: 'Decide on the appeal',
}
export const integrity = {
  integrity: {
    title: 'Integrity file', never: 'It never touches emergency aid or the children’s share.', open: 'Open the integrity file', looked: 'The look is kept.', nobody: 'Link or register the household on the ticket first.', empty: 'Nothing is written.', means: 'What follows from it', incentives: 'Kept promises bring', sanctions: 'Broken ones bring',
    person: 'Who', paperKind: 'Paper', paper: { commitment: 'Commitment', notice: 'Notice' }, form: 'Version of the form', refusedWhy: 'Why it was not agreed to', refusedHint: 'Emergency aid and the children’s share stay as they are, and the aid goes on.', print: { commitment: 'Print the commitment', 'integrity-notice': 'Print the notice', 'integrity-record': 'Print the record' }, signedAsk: 'How it was signed', signed: { screen: 'On the screen', paper: 'On paper', voice: 'On the recorded line', refused: 'Not agreed to' }, signature: 'Signature', signedPaper: 'Photo of the signed paper',
    what: 'Kept or broken', kind: { kept: 'Kept', broken: 'Broken' }, behaviour: 'What', evidence: 'Photo of the evidence', choice: 'Decision', decide: { kept: 'It was kept', none: 'Nothing of it stands', light: 'Light', serious: 'Serious' }, judgement: { upheld: 'It stands', overturned: 'Set aside' },
    state: { reported: 'Reported', evidence: 'With evidence', notified: 'The person was told', cleared: 'Nothing stands', active: 'Stands', appealed: 'Appealed', repaired: 'Repaired', expired: 'Over' }, outcome: { none: 'None', light: 'Light', serious: 'Serious' },
    answered: 'The person has answered', answerDue: 'The person may answer until {at}', until: 'Ends on {at}',
    event: { report: 'Reported', prove: 'Evidence', notify: 'The person was told', answer: 'The person says', clear: 'Decided: nothing stands', sanction: 'Decided: broken', praise: 'Confirmed: kept', repair: 'Repaired', appeal: 'The person does not agree', uphold: 'Appeal: it stands', overturn: 'Appeal: set aside', lapse: 'Its day has come' },
    note: { report: 'What happened', prove: 'What the evidence shows', notify: 'How they were told', answer: 'What the person says', decide: 'Why', repair: 'How it was made good', appeal: 'Why the person does not agree', judge: 'Why' },
  },
}
