// What comes over a counter or from another office.
export const intake = {
  intake: {
    title: 'At the counter', lead: 'Somebody has come to the office, or another office has sent a matter over: it becomes a ticket that is yours until somebody takes it over.', source: 'Where it comes from', office: 'Department or office that sent it', officeHint: 'Its answer goes back there.', theirNumber: 'Their number',
    area: 'Where the need is', areaHint: 'The village, or at least the township; where the emergency is counts, not the register.', said: 'What they say', saidHint: 'No identity or telephone numbers.', refused: 'A service that was refused elsewhere', refusedHint: 'Such as school meals. You get a task: is another aid due?',
    relation: 'Who speaks is, to who is in need', speaker: 'Who speaks', phoneHint: 'To ring back; a mobile is sent the number of the ticket.', by: 'Taken in by {by} ({role})', fromOffice: 'Sent by', takenAt: 'Taken in at',
    who: { self: 'themselves', spouse: 'the spouse', child: 'a child', parent: 'a parent', relative: 'a relative', neighbour: 'a neighbour', official: 'an official', other: 'somebody else' },
  },
  source: { call: 'Call', report: 'Report of the village', counter: 'Counter', department: 'Another department', province: 'Another province', data_alert: 'Data alert' },
  alertKind: { medical_bill: 'a large medical bill', disability: 'a new disability certificate', unemployment: 'unemployment', death: 'a death in the family', arrears: 'arrears', other: 'something else' },
  alert: { title: 'Data alert', happened: 'Happened on', from: 'From', joined: 'Perhaps of this household: please check. What is another matter can be split off', born: 'This ticket was born from it', about: 'About', sum: 'Sum' },
}
