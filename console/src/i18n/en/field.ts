import type { field as zh } from '../zh/field'
import type { Words } from '../words'

export const field: Words<typeof zh> = {
  reports: {
    new: 'newly reported',
    lead: 'Report households in need here. Where there is danger call 120, 110 or 119 as well.', empty: 'You have reported nothing yet.', mine: 'What I have reported', done: 'Reported: ticket {number}.',
    place: 'Where', placeHint: 'Down to the village, within your own area.', seen: 'What you have seen', seenHint: 'The people, the home, injuries, what they need now. No identity numbers, no telephones.', urgency: 'How urgent', phone: 'Telephone, if you know one', phoneHint: 'Of the household or somebody there; sealed, and opened to who works on it.',
    how: { P1: 'Somebody must come now', P2: 'Help is needed today', P3: 'It can wait some days' }, short: { P1: 'now', P2: 'today', P3: 'in some days' },
  },
  opened: {
    lead: 'Tickets that the county has opened to you; each closes by itself.', empty: 'No ticket is open to you now.', until: 'Open until', task: 'What to do', by: 'Opened by', reports: 'Reports', noReports: 'You have not reported yet.', closed: 'The ticket is closed; nothing more to report.', withPhoto: 'with a photo',
    text: 'What was done and found', textHint: 'It goes on the ticket, and the owner is told at once. No telephones, no identity numbers.', photo: 'Photo (optional)',
  },
  invitation: {
    lead: 'Give yourself a password by the code that the security administrator has handed you.', code: 'Code', codeHint: '16 letters and digits; hyphens and capitals do not matter.', codeForm: 'A code has 16 letters and digits.', password: 'New password', passwordHint: 'At least 10 characters with letters and digits, without your login.', again: 'The new password again', differs: 'The two passwords differ.',
    tooShort: 'At least 10 characters.', tooPlain: 'Letters and digits, both.', go: 'Set the password', done: 'Your password is set. Your login is {login}.', toSignIn: 'Sign in',
  },
}
