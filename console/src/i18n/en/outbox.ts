// Words of what is written without a network.
export const outbox = {
  outbox: {
    title: '{n} not sent from this phone yet', lead: 'Without a network it is kept in this phone and sent when there is one. If another signs in it is not lost, and stays the author’s.', sendNow: 'Send now', tryAgain: 'Send again', forget: 'Do not send, delete',
    kind: { report: 'Report', piece: 'Addition', photo: 'Photo' }, state: { waiting: 'Waiting for a network', sending: 'Being sent', refused: 'Not taken' },
    by: 'Written by {name} at {at}', kept: 'Kept in this phone; it is sent when there is a network.', conflict: 'Ticket {number} has other words under the same id; both are kept.',
    writtenAt: 'Written at {at} (phone’s time)', carriedBy: 'sent while {name} was signed in',
    name: 'Name of the household', nameHint: 'What the village calls it, if you know.', door: 'Door or place', doorHint: 'Such as: group 3, number 8.', photos: 'Photos (may be left out)', photosHint: 'At most 3, kept in confidence.', photoNo: 'Photo {n}', openPhoto: 'Open the photo (leaves a record)',
    addWhat: 'What you write', piece: { addition: 'Something more', correction: 'A correction', conflict: 'Other words under the same id', photo: 'Photo' },
  },
}
