import { createRouter, createWebHistory } from 'vue-router'
import { api } from './api/client'
import { home, loadSession, readsTickets, session } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string // message key of the page's title
    open?: true // may be seen without signing in
    phone?: true // is made of the softphone
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: '/tickets' },
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignIn.vue'), meta: { title: 'page.signIn', open: true } },
    { path: '/invitation', name: 'invitation', component: () => import('./pages/Invitation.vue'), meta: { title: 'page.invitation', open: true } },
    { path: '/tickets', name: 'tickets', component: () => import('./tickets/ListPage.vue'), meta: { title: 'page.tickets' } },
    { path: '/tickets/:id', name: 'ticket', component: () => import('./tickets/TicketPage.vue'), meta: { title: 'page.ticket' } },
    { path: '/approvals', name: 'approvals', component: () => import('./pages/Approvals.vue'), meta: { title: 'page.approvals' } },
    { path: '/visits', name: 'visits', component: () => import('./visits/VisitsPage.vue'), meta: { title: 'page.visits' } },
    { path: '/reports', name: 'reports', component: () => import('./reports/ReportsPage.vue'), meta: { title: 'page.reports' } },
    { path: '/planned-visits', name: 'planned-visits', component: () => import('./village/PlannedPage.vue'), meta: { title: 'village.planned' } },
    { path: '/visit-plans', name: 'visit-plans', component: () => import('./village/PlansPage.vue'), meta: { title: 'village.plans' } },
    { path: '/intake', name: 'intake', component: () => import('./intake/IntakePage.vue'), meta: { title: 'intake.title' } },
    { path: '/knowledge', name: 'knowledge', component: () => import('./knowledge/KnowledgePage.vue'), meta: { title: 'page.knowledge' } },
    { path: '/sources', name: 'sources', component: () => import('./checks/SourcesPage.vue'), meta: { title: 'sourcesPage.title' } },
    { path: '/follow-ups', name: 'follow-ups', component: () => import('./care/FollowUpsPage.vue'), meta: { title: 'care.follow' } },
    { path: '/station', name: 'station', component: () => import('./care/StationPage.vue'), meta: { title: 'care.stationTitle' } },
    { path: '/referrals', name: 'referrals', component: () => import('./loop/ReferralsPage.vue'), meta: { title: 'referral.title' } },
    { path: '/referrals/:id/sheet', name: 'referral-sheet', component: () => import('./loop/SheetPage.vue'), meta: { title: 'referral.sheetTitle' } },
    { path: '/applications', name: 'applications', component: () => import('./aid/ApplicationsPage.vue'), meta: { title: 'application.list' } },
    { path: '/applications/:id', name: 'application', component: () => import('./aid/ApplicationPage.vue'), meta: { title: 'application.title' } },
    { path: '/applications/:id/letters/:ruling', name: 'application-letter', component: () => import('./aid/LetterPage.vue'), meta: { title: 'application.letter' } },
    { path: '/households', name: 'households', component: () => import('./people/HouseholdsPage.vue'), meta: { title: 'page.households' } },
    { path: '/households/:id', name: 'household', component: () => import('./people/HouseholdPage.vue'), meta: { title: 'page.household' } },
    { path: '/opened', name: 'opened', component: () => import('./opened/OpenedPage.vue'), meta: { title: 'page.opened' } },
    { path: '/opened/:id', name: 'opened-ticket', component: () => import('./opened/OpenedTicket.vue'), meta: { title: 'page.ticket' } },
    { path: '/areas', name: 'areas', component: () => import('./areas/AreasPage.vue'), meta: { title: 'areas.title' } },
    { path: '/duty', name: 'duty', component: () => import('./pages/Duty.vue'), meta: { title: 'page.duty' } },
    { path: '/reconciliation', name: 'reconciliation', component: () => import('./money/ReconciliationPage.vue'), meta: { title: 'page.reconciliation' } },
    { path: '/money', name: 'money', component: () => import('./money/MoneyPage.vue'), meta: { title: 'page.money' } },
    { path: '/runs', name: 'runs', component: () => import('./money/RunsPage.vue'), meta: { title: 'page.runs' } },
    { path: '/batches', name: 'batches', component: () => import('./money/BatchesPage.vue'), meta: { title: 'page.batches' } },
    { path: '/goods', name: 'goods', component: () => import('./money/GoodsPage.vue'), meta: { title: 'page.goods' } },
    { path: '/advances', name: 'advances', component: () => import('./money/AdvancesPage.vue'), meta: { title: 'page.advances' } },
    { path: '/statistics/stuck', name: 'stuck', component: () => import('./statistics/StuckPage.vue'), meta: { title: 'page.stuck' } },
    { path: '/statistics', name: 'statistics', component: () => import('./statistics/StatisticsPage.vue'), meta: { title: 'page.statistics' } },
    { path: '/calls', name: 'calls', component: () => import('./pages/Calls.vue'), meta: { title: 'page.calls' } },
    { path: '/desk', name: 'desk', component: () => import('./desk/DeskPage.vue'), meta: { title: 'page.desk', phone: true } },
    { path: '/floor', name: 'floor', component: () => import('./floor/FloorPage.vue'), meta: { title: 'page.floor', phone: true } },
    { path: '/staff', name: 'staff', component: () => import('./staff/StaffPage.vue'), meta: { title: 'staff.title' } },
    { path: '/relatives', name: 'relatives', component: () => import('./staff/RelativesPage.vue'), meta: { title: 'relatives.title' } },
    { path: '/audit', name: 'audit', component: () => import('./pages/Audit.vue'), meta: { title: 'page.audit' } },
    { path: '/sms', name: 'sms', component: () => import('./pages/Sms.vue'), meta: { title: 'page.sms' } },
    { path: '/contact', name: 'contact', component: () => import('./notify/ContactPage.vue'), meta: { title: 'page.contact' } },
    { path: '/dead-letters', name: 'dead-letters', component: () => import('./notify/DeadLetters.vue'), meta: { title: 'page.deadLetters' } },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/Nowhere.vue'), meta: { title: 'page.nowhere', open: true } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  if (session.me === undefined) {
    try { await loadSession() } catch { /* the server is away: pages say so themselves */ }
  }
  if (!to.meta.open && session.me === null) return { name: 'sign-in', query: { to: to.fullPath } }
  if (to.name === 'sign-in' && session.me) return { name: home() }
  if (to.name === 'tickets' && session.me && !readsTickets()) return { name: home() } // tickets are not theirs to read
  return true
})

router.afterEach((to) => {
  if (typeof to.query.notice === 'string' && session.me) void api.readNotice(to.query.notice).catch(() => { /* an old one, or of somebody else: nothing hangs on it */ })
})
