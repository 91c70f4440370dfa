// What was done for whom, in figures.
export const statistics = {
  statistics: {
    place: 'Place', sheet: 'Download the table (XLSX)', print: 'Print', about: '{place}, {from} to {to}', agrees: 'agrees with the books', differs: 'differs from the books', madeAt: 'made {at}',
    aid: 'Aid paid', personTimes: 'Person-times', persons: 'Persons', households: 'Households', whole: 'Altogether', apart: 'Each payout is one person-time. A person counts once in the time chosen, so that the months do not add up to the whole.',
    byMonth: 'Paid by month (yuan)', byPlace: 'By month and township', registers: 'Registers of the first tier', onDay: 'In a register on {day}', register: 'Register', entered: 'Entered', gone: 'Left', noEntries: 'Nobody came into a register or left one in this time.', everybody: 'Altogether (each person once)', byEntry: 'Entries and exits by month and township', month: 'Month',
    clocks: 'Deadlines', clock: 'Deadline', due: 'Due', inTime: 'In time', rate: 'On time', late: 'Late', overdue: 'Overdue', running: 'Running', lateEvidence: 'By late evidence', breach: 'A breach stays a breach. Where a device says that it was in time and its word came later, that is counted apart and changes no rate.', keptByMonth: 'On time by month (all deadlines)', onTimeByPlace: 'On time by month and township', targets: 'What is aimed at (no deadline of the law)', target: 'Aim', reached: 'Applications that got there', met: 'By the day', share: 'Share',
    targetOf: { visit: 'Visit on the day after the acceptance', file: 'Proposal on the day of the visit', notice: 'Notice on the second day' }, settled: 'Town and country', settlement: 'Town or country', settlements: { town: 'Town', country: 'Country', unknown: 'Not known' },
    ways: 'Ways to offices, help towards work', wayCases: 'Cases', citizensWays: 'Ways of citizens', ourWays: 'Ways of ours, by consent', atMostOne: 'Cases with at most one way of the citizen', workPlanned: 'Measures of work, planned', workDropped: 'Given up', workResult: 'Work: {what}', workCount: '{n} measures, {households} households', workResults: { employed: 'employed', self_employed: 'runs a business', trained: 'trained', no_work: 'no work found' },
    noClocks: 'No deadline fell into this time.',
    asked: 'Calls and visits', ticketsByMonth: 'Tickets by month', calls: 'Calls', queued: 'Waited for an agent', answered: 'Answered by an agent', answeredInTime: 'Answered in time', abandoned: 'Gave up waiting', visits: 'Visits', onSite: 'Of them, on site', visitors: 'Visitors (person-times)', cases: 'Cases visited',
  },
  stuck: {
    by: 'Show', bys: { whole: 'Altogether', places: 'By township', owners: 'By owner' }, about: '{place}: {n} open tickets', stages: 'The five stages', byStage: 'Open tickets by stage', ofThem: '{n} ({beyond} for longer than usual)',
    hint: 'Each open ticket stands in one stage. The usual days are what the city has set, no deadline of the law.', lines: 'Stages and states', part: 'Stage or matter', count: 'Count', median: 'Days (median)', oldest: 'Days (oldest)', usual: 'Usual days', beyond: 'Beyond',
    cases: 'Cases', casesOf: 'Cases: {what}', onlyBeyond: 'Only beyond {n} days', since: 'Since', days: 'Days', none: 'Nothing waits.', noCases: 'There are no such cases.',
    parts: { ticket: 'Stage of the ticket', application: 'Application', decision: 'Urgent decision', payout: 'Payout', referral: 'Referral', follow_up: 'Look again' },
    stage: { inform: 'Inform', discover: 'Discover', respond: 'Respond', relieve: 'Relieve', follow: 'Follow up and refer' },
  },
}
