import type { Words } from '../words'
import type { people as zh } from '../zh/people'

export const people: Words<typeof zh> = {
  people: {
    title: 'Household', unknown: 'Nobody has said yet whose case this is.', perhaps: 'Perhaps', same: 'This is the one', notSame: 'Not this one', whyNot: 'Why it is not', said: 'Written down', lookUp: 'Look a household up', look: 'Look up', link: 'Link this one', unlink: 'Unlink', open: 'Household page',
    lookHint: 'For this ticket alone; each look is kept, and the person may have it told.', orPhone: 'or telephone', nobody: 'Nobody found. You can register a household.', noHousehold: 'Belongs to no household now.', brief: 'Head {head}, {n} people, {area}', linked: '({basis}, {by}, {at})',
    received: 'Counted in the last 12 months: {amount} yuan', receivedTitle: 'Aid of the last 12 months', aidKind: 'Kind', payouts: 'Payouts', amount: 'Amount (yuan)', total: 'Total', members: 'Members', was: '{name}: {from} to {until}, {why}', tiers: 'Tier and registers', watching: 'Monitoring', nextOn: 'Next look: {on} (within every {n} days)',
    cases: 'Cases and joined records', looks: 'Who looked', undone: 'taken back', unsettled: 'not settled', mergedInto: 'This record was joined to another one.', listHint: 'To open a page leaves a record.', tierField: 'Tier', onlyAlerts: 'Only those with a change to settle', head: 'Head', size: 'People', next: 'Next look', alerts: 'Changes', nobodyHere: 'No such household.',
    age: 'Age', notes: 'Notes', noNumber: 'no number: {why}', disabled: '{kind} disability, grade {n}', grade: 'grade {n}', notDisabled: 'none', nth: 'Person {n}', add: 'Add a person', remove: 'Remove this person', membersWrong: 'Something about a member is wrong; see what is marked.',
    field: { area: 'Where they live', address: 'Door number or group', relation: 'Relation to the head', name: 'Name', number: 'Identity number', none: 'No identity number', reason: 'Why there is none', reasonHint: 'As: newborn, unconscious, papers lost', born: 'Born', phone: 'Telephone', capacity: 'Capacity', work: 'Ability to work', grade: 'Disability grade', kind: 'Kind of disability', severe: 'Severe illness', student: 'Student' },
    relation: { head: 'head', spouse: 'spouse', child: 'child', parent: 'parent', grandchild: 'grandchild', grandparent: 'grandparent', sibling: 'sibling', child_in_law: 'child-in-law', parent_in_law: 'parent-in-law', ward: 'in their care', other: 'other' },
    capacity: { full: 'full capacity', limited: 'limited capacity', none: 'no capacity' }, work: { full: 'can work', partial: 'can work in part', none: 'cannot work' },
    disability: { visual: 'visual', hearing: 'hearing', speech: 'speech', physical: 'physical', intellectual: 'intellectual', mental: 'mental', multiple: 'multiple' },
    tier: { 0: 'All', 1: 'Tier 1: in a register', 2: 'Tier 2: monitored', 3: 'Tier 3: emergency' },
    register: { dibao: 'dibao', tekun: 'tekun', orphan: 'orphan', child_hardship: 'child in hardship', disabled_subsidy: 'two disability subsidies' },
    basis: { registered: 'registered', identity: 'found by number', phone: 'found by telephone', suggested: 'suggested, confirmed', merged: 'records joined', unmerged: 'records parted' },
    ground: { data_alert_identity: 'The identity number in another department\'s data is that of {person}', findings_identity: 'The identity number found is that of {person}', caller_phone: 'The telephone that called is that of {person}', earlier_case_phone: 'Ticket {number} of the same telephone is about this household' },
    because: { registered: 'registration', urgent_aid: 'urgent aid', assessment: 'assessment', register: 'entry or exit', review: 'review', import: 'import', merge: 'joining', split: 'parting' },
    ended: { moved: 'moved', married: 'married', died: 'died', corrected: 'corrected', merged: 'records joined', split: 'household parted', relation: 'relation changed' },
    way: { visit: 'visit', call: 'call', data: 'data check' }, result: { unchanged: 'unchanged', changed: 'changed', not_met: 'not met' },
    alert: { income: 'income', employment: 'employment', illness: 'illness', disability: 'disability', death: 'death', birth: 'birth', vehicle: 'vehicle', property: 'property', company: 'company', membership: 'members', address: 'address', custody: 'custody', other: 'other' },
    alertSource: { monitoring: 'look by plan', data: 'data check', village: 'village', citizen: 'citizen', department: 'department' }, outcome: { no_effect: 'no effect', assess_again: 'to be assessed again', aid: 'aid', entry_ended: 'entry ended' },
    joined: { merge_persons: 'two people\'s records joined', split_persons: 'joining of people taken back', merge_households: 'households joined', unmerge_households: 'joining of households taken back', split_household: 'household parted' },
    looked: { by_identity: 'looked up by number', by_phone: 'looked up by telephone', household: 'page opened', identity_number: 'number opened in full', phone_number: 'telephone opened in full', who_looked: 'list given to the citizen', match: 'records compared' }, purpose: { case: 'for a case', monitoring: 'monitoring', correction: 'correction', request: 'the citizen\'s request' },
  },
}
