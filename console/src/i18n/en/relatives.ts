// Words of declared relatives.
export const relatives = {
  title: 'Declared relatives', lead: 'Declare your own identity number and those of your relatives. Where one of them is the payee you neither make, check, pay nor sign. You cannot delete what you declared; your leader or the security administrator ends what is wrong.',
  ownMissing: 'Your own identity number is not declared yet; declare it first.', none: 'Nothing is declared.', said: 'Declared; it counts from now on.', of: 'Declared relatives', choose: 'Choose', who: 'Relation', name: 'Name', number: 'Identity number', numberHint: '18 characters; kept sealed.', phone: 'Telephone (may be empty)',
  since: 'declared {at}', ended: 'ended {at} by {name}: {reason}', endHint: 'The record stays, and goes into the audit.',
  relation: { self: 'Oneself', spouse: 'Spouse', child: 'Child', parent: 'Parent', sibling: 'Sibling', grandparent: 'Grandparent', grandchild: 'Grandchild', in_law: 'In-law', other: 'Other relative' },
}
