import type { recording as zh } from '../zh/recording'
import type { Words } from '../words'

export const recording: Words<typeof zh> = {
  recording: {
    title: 'Recordings and voicemail', lead: 'Say what you listen for; every listening leaves a record.', onHold: 'Legal hold', listens: 'heard once | heard {n} times', keepUntil: 'kept until {at}', heldBy: '{by} put it on legal hold at {at}:',
    again: 'Listen again', purpose: 'What for', purposeHint: 'Such as: check the address, a complaint, quality review. No identity or phone numbers.', download: 'Download as a file (outside the system it is in your care)', holdHint: 'Such as the number of a complaint or a case.',
    said: '{who} says', heard: '{who} hears', player: '{who}, {length}',
    call: 'The call', voicemail: 'Voicemail of the citizen', side: { citizen: 'The citizen', agent: 'Agent {name}', supervisor: 'Supervisor {name}', third: 'The third party' },
    state: { recording: 'being recorded', complete: 'complete', cut_off: 'cut off here', damaged: 'incomplete: the disk failed', shredded: 'destroyed at the end of its time' },
  },
}
