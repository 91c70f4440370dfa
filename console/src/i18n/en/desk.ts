import type { desk as zh } from '../zh/desk'
import type { Words } from '../words'

export const desk: Words<typeof zh> = {
  desk: {
    lead: 'Calls, tickets and records, all on this page.', parts: 'Parts of the page', part: { ticket: 'Ticket', log: 'My calls', callbacks: 'Call-backs' }, noTicket: 'Once you have answered or chosen a call, its ticket is shown here.', draftOf: 'holds a draft not sent yet',
    link: {
      connecting: 'Connecting to the line…', lost: '⚠ The connection to the line is lost and being restored. The call is kept by the server; the citizen hears music.', taken: 'This desk is open in another browser.', takenDo: 'Taken over here, the other one is disconnected; a call in progress comes here.',
      takeOver: 'Take over here', revoked: 'You have been signed out, and the phone with you.', revokedDo: 'Please sign in again.', other: 'The sound is in another tab of this browser. Everything can be done here too.', bring: 'Bring the sound here',
    },
    voice: {
      off: 'No sound yet', asking: 'The browser asks for the microphone: please allow it.', connecting: 'Connecting the sound…', on: 'Sound connected', broken: 'The sound broke and is being restored…',
      refused: 'The browser was not given the microphone.', refusedDo: 'Click the icon left of the address, allow the microphone, then “Try again”.', no_microphone: 'No microphone was found.', no_microphoneDo: 'Plug in a headset or microphone, then “Try again”.',
      microphone_lost: 'The microphone is gone; the citizen cannot hear you.', microphone_lostDo: 'Plug the headset in again; it is taken up by itself. Or choose another microphone below.', blocked: 'The browser plays no sound.', blockedDo: 'Click “Restore the sound”.', resume: 'Restore the sound',
      unsupported: 'This browser or address cannot use a microphone.', unsupportedDo: 'Use a recent Chrome, Edge or Firefox on an https address.', retry: 'Try again',
    },
    seat: {
      title: 'My status', signOn: 'Sign on for calls', signOff: 'Sign off', signOnHint: 'A microphone is needed. Once signed on, calls come to you by themselves.', available: 'Available', pause: 'Pause', pauseReason: 'Why you pause', since: 'for {span}', calls: '{n} call answered | {n} calls answered', queues: 'Queues',
      missed: '{n} missed in a row', until: '{span} left', afterCall: 'Pause chosen; it begins after this call', inCall: 'Not while you are in a call', away: 'The line does not hear your browser; no calls are sent to you.',
    },
    status: { available: 'Available', paused: 'Paused', signed_off: 'Signed off' },
    state: { idle: 'Idle', ringing: 'Ringing', talking: 'Talking', wrap_up: 'Wrap-up', delayed: 'Short break', away: 'Not connected' },
    pause: { unanswered: 'Unanswered call (set by the line)', disconnected: 'Disconnected (set by the line)' },
    ring: { title: 'Incoming call', looking: 'Looking up the number', announce: 'Incoming call, {priority}, number {caller}', waited: 'waited {span}', answer: 'Answer', reject: 'Reject', rejectHint: 'Rejected, it goes to somebody else and you get no call for a moment.', countdown: '{n} s left', queue: 'Queue', called: 'A colleague consults or hands over', withheld: 'number withheld' },
    popSource: { same_number: 'the same number', findings: 'what was found before' },
    pop: {
      none: 'No ticket was found that belongs to it.', withheld: 'The number is withheld: nothing can be looked up.', unread: 'What is known of the caller could not be read; you can answer all the same.', openTickets: 'Open tickets of this number', household: 'Perhaps {name} ({area}), see ticket {number}', of: 'clue: {source}', callback: 'A call-back of this number waits, at the latest {at}',
      earlier: 'This number has called once before, on {at} ({outcome}) | This number has called {n} times before, last on {at} ({outcome})', first: 'First call of this number', unverified: 'These are guesses from clues; several people may use one telephone. Verify who is calling before you speak of them.',
    },
    call: {
      title: 'Call', talked: 'talking {span}', hangUp: 'Hang up', mute: 'Mute', unmute: 'Unmute', muted: 'Muted: the citizen cannot hear you', hold: 'Hold', resume: 'Resume', keypad: 'Keys', consult: 'Consult', transfer: 'Transfer', swap: 'Swap', conference: 'Conference', consultEnd: 'End the consult', transferNow: 'Hand over and leave',
      recordPause: 'Pause recording', recordResume: 'Resume recording', recording: 'Recording', recordingPaused: 'Recording paused', ticket: 'Ticket {number}', third: 'Third party: {name}', recovered: 'You are still in the call: the page was opened again, the call went on.', joined: { listen: 'A supervisor listens', whisper: 'A supervisor speaks to you alone', barge: 'A supervisor has joined', take_over: 'A supervisor takes over' },
      sentKeys: 'Sent {keys}', hangUpHands: 'Hanging up now hands the citizen to the third party.',
    },
    callState: { talking: 'Talking', holding: 'The citizen hears music', consulting: 'Consulting; the citizen hears music', conferring: 'All three talk' },
    target: {
      title: { consult: 'Whom to consult', transfer: 'Whom to transfer to' }, kind: 'Kind', agent: 'Colleague', queue: 'Queue', staff: 'Worker', duty: 'On duty', emergency: 'Emergency', who: 'Choose', township: 'Township duty', county: 'County duty', city: 'City duty', hint: 'The line dials the number kept with the post; none can be typed.', none: 'There is nobody to choose.', unread: 'The list could not be read; close this and try again.',
      go: { consult: 'Start the consult', transfer: 'Transfer now' }, cancel: 'Cancel', staffHint: 'Workers of the ticket’s area, on the telephone kept with them.', place: { '110': '110 police', '119': '119 fire brigade', '120': '120 ambulance', police: '110 police', fire: '119 fire brigade', ambulance: '120 ambulance' },
    },
    wrap: {
      title: 'Wrap-up', left: 'ends by itself in {span}', paused: 'No calls are sent; press “Done” when you have finished', outcome: 'Result of the call', note: 'Note', save: 'Save the result', saved: 'Recorded: {what}', done: 'Done, next call', more: 'More time', unread: 'The results to choose from could not be read; reload the page.', needed: 'Choose a result first.', of: 'Ticket {number}',
    },
    log: { title: 'My calls today', empty: 'You have not answered a call today.', at: 'Time', caller: 'Caller', length: 'Length', outcome: 'Result', survey: 'Survey', score: '{n} of 5', ticket: 'Ticket', none: '—', notDisposed: 'no result', fill: 'Add the result' },
    callbacks: {
      title: 'Call-backs', empty: 'Nobody waits to be called back.', due: 'Due', caller: 'Caller', why: 'Why', tries: '{n} try | {n} tries', holder: 'State', act: 'Actions', callNow: 'Call now', claim: 'Claim', urgent: 'may be urgent', origin: { missed: 'missed call', asked: 'asked for it' }, notYet: 'again at {at}', calls: '{n} call | {n} calls', noTrunk: 'This line has no trunk for calls of its own: claim the task, ring from a telephone, and enter how it went.', signOnFirst: 'Sign on to call back by headset.', mine: 'me',
      state: { open: 'waiting', claimed: 'claimed', visit: 'to be visited', done: 'done', cancelled: 'cancelled' }, result: 'This try', results: { reached: 'reached', no_answer: 'no answer', busy: 'busy', wrong_number: 'wrong number' },
    },
    audio: {
      title: 'Sound', microphone: 'Microphone', speaker: 'Headset or loudspeaker', ringer: 'The ring is played here too', usual: 'System default', same: 'nowhere else', mine: 'My voice', theirs: 'The other side', echo: 'Echo cancellation', noise: 'Noise suppression', gain: 'Automatic level', volume: 'Ring volume', test: 'Try the ring', testStop: 'Stop', unnamed: 'Device {n}', noOutputs: 'This browser cannot choose an output.', follower: 'Levels are shown in the tab that has the sound.',
    },
    keys: { title: 'Shortcuts', answer: 'answer', reject: 'reject', hangUp: 'hang up', mute: 'mute', hold: 'hold / resume', done: 'wrap-up done' },
    stop: { caller_left: 'The caller has hung up.', no_answer: 'You did not answer; the call went to somebody else.', answered_elsewhere: 'A colleague has answered.', forced: 'A supervisor changed your status; the call went to somebody else.', rejected: 'Rejected; it goes to somebody else.', away: 'The sound broke; the call went to somebody else.', busy: 'The telephone was busy; the call went to somebody else.', cancelled: 'The consult was given up.', lost: 'The server of the call is out of reach; the call was taken back.', other: 'The call was taken back.' },
    refused: {
      what: 'Not done: {reason}',
      reason: { not_now: 'the call is in another state', not_yours: 'only the agent whose call it is may do that', nobody: 'nobody is there now', no_outbound: 'no outgoing call can be made now', no_target: 'nobody was found to transfer to', no_key: 'the key could not be sent', cancelled: 'cancelled', no_answer: 'they did not answer', busy: 'they are busy', rejected: 'they rejected it', occupied: 'another supervisor is in this call', unknown: 'the line could not' },
    },
    ended: { transferred: 'Handed over; you have left the call.', caller_hung: 'The caller has hung up.', abandoned: 'The caller has hung up.', handed_on: 'Handed over; you have left the call.', taken_over: 'A supervisor has taken the call over.', over: 'The call has ended.', released: 'The call has ended.', leg_lost: 'Your sound broke; the caller is back in the queue.', node_lost: 'The server of the call is out of reach; it has ended.', media_lost: 'The caller’s sound broke and the call has ended.', max_duration: 'The call reached its longest time and has ended.', other: 'The call has ended.' },
    fault: {
      unknown: { what: 'The line did not do it.', do: 'Try again; tell your supervisor if it stays.' }, not_connected: { what: 'There is no connection to the line.', do: 'It is being restored; try again in a moment.' }, unanswered: { what: 'The line did not answer.', do: 'Look at the state above; try again if it was not done.' },
      malformed: { what: 'The page does not fit the server.', do: 'Reload the page.' }, unknown_type: { what: 'The page does not fit the server.', do: 'Reload the page.' }, hello_first: { what: 'The connection is not ready.', do: 'Try again in a moment.' }, not_leader: { what: 'This desk is in use elsewhere.', do: 'Go on there, or take it over here.' },
      not_signed_on: { what: 'You are not signed on.', do: 'Press “Sign on for calls” first.' }, no_audio: { what: 'The sound is not connected.', do: 'Check the microphone, wait for the sound, try again.' }, no_call: { what: 'There is no call to do this with.', do: 'It may have ended; look at the state above.' }, forbidden: { what: 'Your role may not do this.', do: 'Ask your supervisor.' },
      too_fast: { what: 'Too fast; this was not done.', do: 'Try again in a moment.' }, busy: { what: 'The line is busy.', do: 'Try again in a moment.' }, sdp_refused: { what: 'The browser lacks the codec of the telephone.', do: 'Use a recent Chrome, Edge or Firefox.' }, nobody: { what: 'Nobody of that name is signed on.', do: 'Choose somebody else.' }, unavailable: { what: 'This server cannot do it now.', do: 'Try again later or ask your supervisor.' },
      signed_on: { what: 'You are signed on already.', do: 'Nothing is to be done.' }, unknown_offer: { what: 'This call is no longer offered to you.', do: 'The caller has hung up, or somebody else has answered.' }, failed: { what: 'The line could not.', do: 'Try once more.' }, voice_failed: { what: 'The sound did not connect.', do: 'Check the network; the page tries again by itself.' }, in_call: { what: 'You are still in a call.', do: 'End the call first.' },
      already_taken: { what: 'A colleague is ringing this citizen back.', do: 'Nothing is asked of you.' }, too_early: { what: 'They were rung a moment ago.', do: 'Ring again at the time that the task shows.' }, not_callable: { what: 'This number cannot be rung back.', do: 'It is withheld or foreign: call the task off and say so.' }, not_found: { what: 'There is no such thing, or it is not yours to see.', do: 'Reload the list.' }, not_in_this_state: { what: 'That cannot be done as things stand.', do: 'Reload the list and look again.' },
      no_desk: { what: 'Your desk is not connected to this server.', do: 'Wait for the sound and try again.' }, draining: { what: 'This server is being stopped and begins no new calls.', do: 'Reload the page and try again; nobody was rung.' }, no_such_conversation: { what: 'That conversation is over, or of another area.', do: 'Look at the list as it now is.' }, agent_not_free: { what: 'The agent is not free.', do: 'In a call, in wrap-up, paused or away: wait a moment or choose somebody else.' }, offer_over: { what: 'This call is no longer offered to you.', do: 'The caller has hung up, or somebody else has answered.' },
      caller_left: { what: 'The caller has hung up.', do: 'There is nothing to answer; a missed call is listed to be rung back.' }, answered_elsewhere: { what: 'A colleague has answered.', do: 'Nothing is asked of you.' }, agent_unanswered: { what: 'The agent did not answer.', do: 'Try again in a moment or choose somebody else.' }, no_wrap_up: { what: 'There is no wrap-up to end.', do: 'Nothing is to be done.' }, unknown_pause: { what: 'There is no such reason for a pause.', do: 'Choose one of the list.' }, unknown_status: { what: 'There is no such status.', do: 'Choose one of the list.' },
    },
  },
  callOutcome: { spoken: 'spoken with', voicemail: 'left a message', missed: 'missed', alive: 'going on' },
  phone: { bar: 'Phone', open: 'Open my desk', ringing: 'Call {priority}', talking: 'In a call', waiting: 'Signed on', wrapUp: 'Wrap-up' },
  floor: {
    updated: 'as of {at}', waiting: 'Connecting…', alarm: 'Alarm', queueTitle: 'Callers waiting and talking', agentsTitle: 'Agents', figuresTitle: 'Figures by interval', abandonedTitle: 'Abandoned calls', anyQueue: 'All queues', byQueue: 'By queue',
    tiles: { waiting: 'Waiting', longest: 'Longest wait', agents: 'Agents free', talking: 'Talking', level: 'Service level', abandoned: 'Abandoned', wait: 'Average wait', handle: 'Average handling', occupancy: 'Occupancy', answered: 'Answered' }, ofEntered: '{n} call in all | {n} calls in all', within: 'answered in time', shortOnes: '{n} more hung up within 5 s', of: '{a} of {b}',
    queue: { place: 'Place', caller: 'Caller', priority: 'Priority', wait: 'Wait', queue: 'Queue', wants: 'Skills wanted', with: 'Agent', ticket: 'Ticket', act: 'Actions', empty: 'Nobody is waiting.', front: 'line broke: first', ringing: 'ringing {name}', talking: 'talking with {name}', none: 'any' },
    agents: { name: 'Agent', status: 'Status', state: 'State', since: 'For', call: 'Call', calls: 'Answered', missed: 'Missed in a row', act: 'Actions', empty: 'No agent is signed on.', force: 'Change status' },
    join: { listen: 'Listen', whisper: 'Whisper', barge: 'Barge in', take_over: 'Take over', leave: 'Leave', listenHint: 'nobody hears you', whisperHint: 'the agent alone hears you', bargeHint: 'both hear you', now: '{mode}: ticket {ticket}' },
    force: { title: 'Change the status of {name}', to: 'To', reason: 'Reason', go: 'Change it', cancel: 'Cancel', off: 'Signed off', done: 'The status of {name} has been changed' },
    alarms: { alarm_queue_stuck: 'A caller is waiting although a suitable agent is free, or the queue assigns no calls', alarm_queue_alone: 'The shared queue is away; this node distributes its own callers alone', alarm_queue_records: 'Some records of the queue were lost; figures may be wrong' },
    spans: { title: 'Today’s states of {name}', empty: 'Nothing yet.' },
    left: { answered: 'answered', abandoned: 'hung up while waiting', short: 'hung up within 5 s', key: 'chose something else', callback: 'wants a call-back', timeout: 'waited too long', no_agent: 'no agent signed on', node_lost: 'system failure', moved: 'moved to another queue' },
    figures: { from: 'From', entered: 'Entered', answered: 'Answered', abandoned: 'Abandoned', short: 'Within 5 s', called_back: 'Call-back', level: 'Service level', wait: 'Average wait', longest: 'Longest wait', handle: 'Average handling', occupancy: 'Occupancy', empty: 'No figures for this time.', date: 'Date', step: 'Interval', minutes: '{n} minutes', chart: 'Calls entered and answered in each interval' },
    abandoned: { counted: 'Given up in a queue: {n}; hung up within 5 s: {short}; others who reached nobody: {never}.', at: 'Called', caller: 'Caller', waited: 'Waited', end: 'End', callback: 'Call-back', ticket: 'Ticket', empty: 'No call was abandoned today.', noCallback: 'no call-back' },
  },
}
