/** What is wrong with a new password, as a message key; empty where nothing is. The server asks for the same, and not for the login. */
export function passwordFault(password: string): string {
  if (Array.from(password).length < 10) return 'invitation.tooShort'
  return /\p{L}/u.test(password) && /\p{Nd}/u.test(password) ? '' : 'invitation.tooPlain'
}
