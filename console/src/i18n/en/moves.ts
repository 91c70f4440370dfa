// How a ticket changes hands: returned, taken, given, paused, joined and split.
export const moves = {
  ladder: {
    title: 'Who is asked', from: 'counted from {at}', policy: 'rules {policy}', states: { done: 'asked', next: 'next', later: 'later', unneeded: 'not needed' },
    at: 'at {at}', next: '{at}: {who}', nextTitle: 'What comes next', everybody: 'everybody again, with an alarm', rests: '{by} paused it until {at}: {reason}', turns: 'everybody was asked once more | everybody was asked {n} more times', nobody: 'nobody to ask, passed over',
  },
  place: { label: 'Place by', household: 'the household known under this number (ticket {like})', did: 'the number dialled', agent: 'choice of {by}', county: 'township unknown: the county decides', hint: 'Under this number somebody was helped in {area} before (ticket {number}); a hint only', returned: 'returned by the township: the county decides' },
  link: { merged_into: 'Joined to ticket', joined: 'Goes on for:', split_from: 'Second matter of the call of:', split_off: 'Second matters of this call:' },
  push: { forced: 'Without asking them (persons only)', forcedHint: 'They own it at once; your reason is kept.' },
  pause: { minutes: 'For how many minutes', left: 'This ticket may be paused for {n} more minutes. ', hint: 'Only the asking and the watch for silence rest; the clocks of 2 and 24 hours run on.' },
  merge: { into: 'Number of the ticket it is joined to', hint: 'That ticket goes on; this one\'s clocks stop and its call-backs follow.' },
  split: { matter: 'What the second matter is' },
  offerCard: { title: 'You are asked to take this ticket', no: 'I cannot come', declined: 'Noted: you cannot come; the next is asked', hint: 'You become the owner, and the caller gets your number.' },
  returnBy: 'can be returned to the county until {at}',
}
