import { areas } from './areas'
import { code } from './code'

export const staff = {
  staff: {
    title: 'People', people: 'Everybody', login: 'Login', name: 'Name', role: 'Role', phone: 'Telephone', deputies: 'Stand in', householdsShort: 'Households', state: 'State', anyRole: 'Any role', search: 'Name or login', leftOnly: 'Only those who have left', nobody: 'Nobody like that.',
    leftAt: 'left {at}', absentUntil: 'away until {at}', noPassword: 'no password yet', here: 'here', until: 'until {at}',
    coverage: {
      title: 'Coverage', villagesWithout: 'Villages without an assistant', villagesCovered: 'Villages covered', townshipsUncovered: 'Townships with nobody on duty within 7 days', townshipsNoStation: 'Townships without a station', assistants: 'Assistants at work', households: 'Households looked after', nearlyFull: 'With 18 households or more', accessEnding: 'Agency accesses ending within 7 days', withoutPassword: 'People without a password',
      whichVillages: 'Which villages ({n})', whichTownships: 'Which townships ({n})', hole: 'nobody from {from} to {until}', whoIsFull: 'Who is nearly full ({n})', whatEnds: 'Which accesses end ({n})',
    },
    import: {
      title: 'Import people', hint: 'The first line names the columns: login,name,role,area,phone,deputies,skills ("dialect:local=6; field:medical=8"). No passwords in the file; whoever is not in it stays as they are.', applied: '{file} is applied. The security administrator hands each new person a code for a first password.',
      kind: { new: 'new', changed: 'changed', same: 'as they are', assistants: 'assistants among them' }, field: { name: 'name', role: 'role', area: 'area', phone: 'telephone', deputies: 'stand in', skills: 'skills' },
    },
    member: {
      deputiesHint: 'Logins with blanks between, the first to be asked first; empty: nobody.', households: '{n} household (at most 20) | {n} households (at most 20)', village: 'Village', reference: 'Household', referenceHint: 'Its door number or number in the village\'s register; no name, no identity number.', release: 'Release',
      invite: 'Hand out a code', invited: 'Code {code}, good until {until}, shown only now. Tell it to the person face to face or by telephone.', leaveReason: 'Why they leave', leaveHint: 'Open tickets go to the desks of their places, households are released, opened tickets close, they are signed out.', link: 'Or give them this link:',
    },
    agency: { title: 'Outside agencies', contract: 'contract {from} to {until}', open: '{n} ticket open | {n} tickets open', none: 'No agency under contract.', accesses: 'Tickets that are open to them now', who: 'Who', until: 'Until', by: 'Opened by', end: 'Close', chooseTicket: 'Choose somebody of an agency', person: 'Person of the agency', noSeats: 'No agency has anybody to open it to; the system administrator writes them down first.', task: 'What they are to do', taskHint: 'When, where and what; no telephone and no identity numbers.', untilHint: 'At most 30 days, and within the contract.', contact: 'Whom to ask there', contactHint: 'An office or a name; no mobile number.', from: 'Contract from', last: 'Last day of the contract', onTicket: 'Outside agencies' },
    station: { title: 'Social-work stations', none: 'No station is written down.', name: 'Name', township: 'Township', lead: 'Login of who leads it', leadHint: 'May stay empty.', opened: 'Opened on', closed: 'Closed on', closedHint: 'Empty while it is open.', change: 'Change', over: 'closed {at}', since: 'since {at}' },
    skills: 'Skills', skillsHint: 'From 1 (some) to 10 (best), by the line’s own list.', skillsUnread: 'The list of skills could not be read; reload the page.',
    form: { loginHint: '2 to 40 small letters, digits, dots, hyphens or underscores; it cannot be changed later.', area: 'Where they serve', areaHint: 'Workers serve in a township, assistants in a village, duty officers in a county or city.', newPhone: 'New telephone', phoneNow: 'Now {phone}; empty: it stays.', phoneHint: 'For notices; shown masked.', noPhone: 'Remove the telephone', deputiesUntil: 'Until', deputiesUntilHint: 'Empty: until it is said otherwise.', added: '{login} is added.' },
  },
  auditAction: {
    ...code.auditAction,
    staff: {
      added: 'Made the account {login}', changed: 'Changed {login}', left: '{login} has left', deputies: 'Said who stands in for {login}', imported: 'Imported people', invited: 'Handed {login} a code', password: '{login} has set a password',
    },
    household: { entrusted: 'Entrusted a household to {login}', released: 'Released a household of {login}' }, agency: { added: 'Wrote down an agency', changed: 'Changed an agency', reported: 'An agency reported back', contract: 'Changed a contract', seat_added: 'Made an account of an agency' }, station: { set: 'Wrote down a station' },
  },
  importFault: {
    ...areas.importFault,
    login_twice: { what: 'The login stands in line {first} already.', do: 'Leave one of the lines, or choose another login.' },
    login_form: { what: 'It is no login.', do: 'Use 2 to 40 small letters, digits, dots, hyphens or underscores.' },
    login_taken: { what: 'Somebody has this login.', do: 'Choose another one.' },
    role_unknown: { what: 'No such role is known.', do: 'Write worker, village_assistant, volunteer, township_head, county_duty and so on.' },
    role_not_yours: { what: 'You may not give or take this role.', do: 'Leave it to whoever may; administrators are made where the line is run.' },
    role_by_agency: { what: 'People of an agency belong to its contract.', do: 'Add them at the agency and remove the line.' },
    no_such_place: { what: 'There is no such place today.', do: 'Correct the code, or import the place first.' },
    place_not_yours: { what: 'It lies outside your area ({within}).', do: 'Remove the line, or let somebody of that area import it.' },
    wrong_level: { what: 'This role does not serve at that level.', do: 'Workers serve in a township, assistants in a village, duty officers in a county or city.' },
    phone_form: { what: 'It is no telephone number.', do: 'Write a mobile number of 11 digits, or a landline with its area code.' },
    has_left: { what: 'This person has left.', do: 'Give whoever came a login of their own.' },
    still_has_work: { what: 'They own {tickets} open tickets and look after {households} households.', do: 'Hand these over first.' },
    deputy_unknown: { what: 'Nobody at work, and no line of the file, has this login; or it stands there twice.', do: 'Correct it, or add a line for them.' },
    deputy_oneself: { what: 'Nobody stands in for themselves.', do: 'Name somebody else.' },
    deputy_role: { what: 'Somebody of that role cannot stand in.', do: 'Name somebody of the same role; worker and head of a township stand in for each other.' },
    deputy_elsewhere: { what: 'They serve elsewhere.', do: 'Name somebody of the same township, county or city.' },
    skill_unknown: { what: 'The line knows no such skill.', do: 'It knows: {known}.' },
    skill_level: { what: 'The level is wrong.', do: 'Write 1 (some) to {most} (best).' },
    skill_form: { what: 'It is no list of skills.', do: 'Write “dialect:local=6; field:medical=8”.' },
    skill_twice: { what: 'A skill stands there twice.', do: 'Write it once.' },
    too_many_deputies: { what: 'There are more than {most}.', do: 'Name those who are really asked.' },
  },
}
