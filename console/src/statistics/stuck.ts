import { i18n } from '../i18n'
import type { components } from '../api/schema'

export type StuckLine = components['schemas']['StatisticsStuckLine']

// Where the states of each part have their names.
const names: Record<StuckLine['part'], string> = {
  ticket: 'stuck.stage', application: 'application.state', decision: 'decisionState', payout: 'payoutState', referral: 'referral.state', follow_up: 'care.state',
}

/** What a part is called. */
export const partWord = (part: StuckLine['part']): string => i18n.global.t(`stuck.parts.${part}`)

/** What a state of a part is called. */
export const stateWord = (part: StuckLine['part'], state: string): string => i18n.global.t(`${names[part]}.${state}`)

/** A part of the loop, as the server names it. */
export type StuckPart = StuckLine['part']
