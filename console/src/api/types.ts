// The shapes that travel between the server and the page, as api/openapi.json
// describes them, under the names the page uses. Times are RFC 3339 in UTC,
// amounts integer fen, ids random UUIDs.
import type { components } from './schema'

export type Schemas = components['schemas']

export type Me = Schemas['Me']
export type Serving = Schemas['AreaServing']
export type Area = Schemas['AreaPlace']
export type Hit = Schemas['AreaHit']
export type ImportPreview = Schemas['AreaImportPreview']
export type StaffPreview = Schemas['AreaStaffPreview']
export type StaffRow = Schemas['AreaStaffRow']
export type Article = Schemas['KnowledgeFound']
export type Term = Schemas['AcdTerm']
export type Household = Schemas['AreaHousehold']
export type Agency = Schemas['AreaAgency']
export type AgencyTicket = Schemas['AgencyTicket']
export type Station = Schemas['AreaStation']
export type AgencyAccess = Schemas['AreaAgencyAccess']
export type Coverage = Schemas['AreaCoverage']
export type Invitation = Schemas['Invitation']
export type ReturnLoaded = Schemas['ReturnLoaded']
export type Reconciliation = Schemas['Reconciliation']
export type StatementLoaded = Schemas['StatementAnswer']
export type LineFault = Schemas['AreaLineFault']
export type Policy = Schemas['PolicyView']
export type TicketRow = Schemas['TicketRow']
export type Ticket = Schemas['Ticket']
export type Clock = Schemas['TicketClockView']
export type Offer = Schemas['TicketOfferView']
export type TimelineEntry = Schemas['TicketEntryView']
export type Findings = Schemas['ReliefFindingsView']
export type Decision = Schemas['ReliefDecisionView']
export type Disbursement = Schemas['LedgerView']
export type RailOption = Schemas['LedgerRailOption']
export type Receipt = Schemas['ReliefReceiptView']
export type Paper = Schemas['ReliefPaperView']
export type Account = Schemas['LedgerAccountView']
export type DatedLimit = Schemas['ReliefDatedLimit']
export type Goods = Schemas['LedgerGoodsView']
export type GoodsList = Schemas['GoodsList']
export type StoreAct = Schemas['LedgerStoreActView']
export type AdvanceList = Schemas['AdvanceList']
export type AdvanceAct = Schemas['LedgerAdvanceActView']
export type Suspense = Schemas['LedgerSuspenseView']
export type Adjustment = Schemas['LedgerAdjustmentView']
/** What an adjustment ends: a suspense account, or a line of the bank's statement. */
export interface Adjustable { account?: string; line?: string; kinds: string[]; fen: number }
export type ReversedCash = Schemas['LedgerReversedCashView']
/** What the first of two people does with a standing advance. */
export type AdvanceActName = 'issueAdvance' | 'handAdvanceOver' | 'returnAdvance' | 'countAdvance' | 'settleAdvance' | 'repayAdvance'
export type AdvanceClaim = Schemas['LedgerAdvanceClaimView']
export type Carried = Schemas['LedgerAdvanceView']
export type Statement = Schemas['LedgerStatement']
export type AuditRow = Schemas['ActAuditRow']
export type Pop = Schemas['TicketPop']
export type Callback = Schemas['TicketCallbackView']
export type Recording = Schemas['TicketRecordingView']
export type Peaks = Schemas['TicketRecordingPeaks']
export type SystemInfo = Schemas['System']
export type ContactMethod = Schemas['TicketContactMethod']
export type DeadLetterCause = Schemas['TicketDeadLetterCause']
export type DutyCalendar = Schemas['DutyCalendar']
export type CalendarSpan = Schemas['CalendarSpan']
export type DutyDay = Schemas['DutyDay']
export type DutyHole = Schemas['DutyHole']
export type DutyWhy = Schemas['DutyWhy']
export type DutyReason = Schemas['DutyReason']
export type DutySkipped = Schemas['DutySkipped']
export type DutyChange = Schemas['DutyChange']
export type DutyMember = Schemas['DutyMember']
export type DutyResult = Schemas['DutyResult']
export type DutyImport = Schemas['DutyImport']
export type PlanImport = Schemas['PlanImport']
export type DutyFeedState = Schemas['DutyFeedState']
export type PlanBody = Schemas['PlanBody']
export type RosterVersions = Schemas['RosterVersions']
export type RosterPreview = Schemas['RosterPreview']
export type Referral = Schemas['ReferralView']
export type CaseTask = Schemas['LoopTaskView']
export type LiveEvent = Schemas['Event']

export type View = 'open' | 'offered' | 'unanswered' | 'mine' | 'all'
export type Priority = Schemas['TriageInputBody']['priority']
export const priorities: Priority[] = ['P1', 'P2', 'P3', 'INFO']

/** One page of a list; an empty one may be null. */
export interface Page<T> {
  items: T[] | null
  next?: string | null
}
