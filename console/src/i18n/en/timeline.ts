import type { timeline as zh } from '../zh/timeline'
import type { Words } from '../words'

export const timeline: Words<typeof zh> = {
  timeline: {
    call: { received: 'Call to {number}', answered: 'The call was answered', keyed: 'The caller pressed {key}', ended: 'The call ended: {why}', replayed: 'The call was brought in from the local journal',
      flow_entered: 'Entered the call flow (version {flow})', queued: 'Waits in the queue “{queue}”', rang_agent: 'Agent {by} was rung', unanswered: 'Agent {by} did not answer ({why})', connected: 'Agent {by} answered', agent_lost: 'Agent {by} was cut off; the caller is first in the queue', agent_left: 'Agent {by} left the call', left_queue: 'Left the queue “{queue}” ({why}) after {seconds} s', held: 'On hold', resumed: 'Off hold',
      consulted: '{to} was consulted', transferred: 'Transferred to {to}', conferenced: 'Conference with {to}', supervised: 'Supervisor {by} joined ({why})', rang_duty: 'Duty telephone {to} was rung ({why})', marked: 'The flow made it {priority}', voicemail: 'The caller left a message of {seconds} s', callback_asked: 'The caller wants to be rung back', surveyed: 'The caller gave {score}', secret_digits: 'The recording paused for secret digits', disposed: '{by} on the call: {code}' },
    callback: {
      followed: 'The call-back came with ticket {number}', created: 'To be rung back by {due_at}', joined: 'A further call joined the call-back', impossible: 'Cannot be rung back: {why}', claimed: '{by} rings back', released: 'No result came; the call-back is open again', tried: '{by} rang back, try {try}: {result}', late: '⚑ The call-back is late ({due_at})', visit_wanted: 'Not reached by telephone; {to} to go there by {due_at}', visited: '{by} went there: {result}; {to} decides', visit_late: '⚑ No result of the visit by {due_at}; {to} was told', decision_late: '⚑ No word by {due_at} whether somebody goes again; {to} was reminded', ended: 'Call-back over: {outcome}',
    },
    caller: { viewed: '{by} looked up the number ({purpose})' },
    recording: { heard: '{by} listened to a recording', held: '{by} put a recording on legal hold', released: '{by} lifted the legal hold of a recording', shredded: 'A recording reached the end of its time; its key was destroyed' },
    ticket: {
      returned: '{by} returned it to the county; {to} decides', pulled: '{by} took it over and is the owner', pushed: '{by} asks {to} to take over', assigned: '{by} made {to} the owner', paused: '{by} paused the asking until {until}; the clocks run', resumed: 'The asking goes on ({by})', joined: '{by} joined ticket {number} to this one', split: '{by} split it from {number} again; it goes on by itself', split_away: '{by} split ticket {number} from this one', split_off: '{by} split this matter off ticket {number}', second_matter: '{by} split a second matter off: ticket {number}', deadline_near: 'Reminder: {percent} % of the clock {clock} is gone, due {due_at}', registered: 'Ticket registered', repeat_suggested: 'This number has an open ticket; waiting for a word whether it is the same matter', repeat_denied: '{by}: another matter; its ladder starts', repeat_lapsed: 'Nobody decided within 3 minutes; its own ladder starts', merged: '{by}: the same matter; merged, clocks stopped',
      triaged: '{by} triaged: {area}, {priority}, {kind}', raised_by_caller: 'The caller pressed 1: raised to P1', marked: 'The flow made it {priority}, {kind}', with_agent: '{by} answered and is the owner; nobody else is asked for now', agent_lapsed: 'Not triaged in time; the ladder starts as if nobody had answered', offered: 'Offered to {to} ({role})', declined: '{by} cannot come; the next is asked', rung_answered: '{to} was reached by telephone', rung_no_key: '{to}: the telephone was answered, nobody pressed a key', rung_busy: '{to}: the telephone was busy or rejected the call', rung_no_answer: '{to}: nobody answered the telephone', rung_failed: '{to} could not be rung', offer_skipped: '{target}: {why}, skipped', accepted: '{by} accepted and is the owner', handover_offered: '{by} asks {to} to take over',
      lowered: '{by} approved lowering to {to}', lowering_refused: '{by} refused the lowering', rose: '{clock} are over: up to the county', breached: '⚑ {clock} deadline breached ({due_at})', clock_stopped: 'Clock stopped: {proof}',
      aid_confirmed: 'Aid received: {proof}', follow_up: 'On to follow-up', rejected: 'Decided that no aid is due', no_aid_asked: 'No aid was asked for', answered: '{by} answered the caller', closed: '{by} closed it: {outcome}', not_received: '{by}: the citizen says nothing came; back to the owner', reopened: '{by} reopened it',
      area_corrected: '{by} corrected the area to {area}', area_merged: '{from_area} was merged into {area}, which answers for this ticket now', timers_mended: 'Missing timers were armed again', ladder_alarm: '⚑ The whole ladder was asked and nobody accepted; alarm, and again (turn {loop})', warned: 'Reminder: it should be {until} by now', silent: '{owner} accepted and has not been heard of since {since}; reminded', called_again: 'The same number called again: ticket {number}', noted: '{by} made a note', arrived: '{by} is on site',
    },
    visit: { recorded: '{by} reached the citizen ({arrived_at})' },
    findings: { recorded: '{by} wrote down the findings' },
    decision: { made: '{by} granted {amount_fen} yuan', proposed: '{by} proposed {amount_fen} yuan', short_checked: '{by} did the short check', approved: '{by} approved {amount_fen} yuan', declined: '{by} declined', superseded: '{by} replaced the decision by a new one' },
    disbursement: {
      submitted: '{by} started a payout of {amount_fen} yuan', reserved: '{amount_fen} yuan held in the float', checked: '{by} checked the payout of {amount_fen} yuan', receipted: 'The citizen received {amount_fen} yuan', second_signed: '{by} signed second', signature_overdue: 'No second signature within 24 h; the solo limit is frozen', check_unanswered: 'The head did not answer; the county is asked to check', cancelled: '{by} cancelled the payout', reversed: '{by} reversed the payout',
    },
    cash: { issued: '{by} took {amount_fen} yuan in cash', returned: '{by} brought {amount_fen} yuan back' },
    paper: { due_added: 'Paper owed: {kind}', received: '{by} received: {kind}', verified: '{by} verified: {kind}', returned: '{by} returned: {kind}', waived: '{by} waived: {kind}', reminded: 'Reminded of: {kind}', overdue: 'Overdue: {kind}' },
    papers: { settled: 'All papers are settled' },
    notice: { undelivered: '⚑ {to} could not be told ({channel}): {template}' },
  },
  timelineVariant: {
    recording_downloaded: '{by} downloaded a recording', keyed_something: 'The caller pressed another key', undelivered_citizen: '⚑ The caller could not be told by SMS: {template}',
    stopped_on_time: 'Clock stopped: {proof}, {minutes} min, on time', stopped_late: 'Clock stopped: {proof}, {minutes} min, late', triaged_lowering_asked: '{by} asks to lower to {pending_priority}; a supervisor decides', triaged_priority_changed: '{by} changed {from_priority} to {priority}: {area}, {kind}',
  },
}
