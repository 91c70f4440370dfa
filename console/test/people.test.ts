import { describe, expect, it } from 'vitest'
import { passwordFault } from '../src/pages/password'
import { logins, mayKeep, mayName } from '../src/staff/roles'
import { doables } from '../src/tickets/doables'
import { statusKey } from '../src/tickets/status'
import type { Ticket } from '../src/api/types'

describe('a new password', () => {
  it('has ten characters, letters and digits among them, in any script', () => {
    expect(passwordFault('short 1')).toBe('invitation.tooShort')
    expect(passwordFault('onlyletters')).toBe('invitation.tooPlain')
    expect(passwordFault('1234567890')).toBe('invitation.tooPlain')
    expect(passwordFault('春风又绿江南岸2026')).toBe('')
    expect(passwordFault('a good one 2026')).toBe('')
  })
})

describe('who names whom', () => {
  it('is as on the server: administrators and people of agencies are made elsewhere', () => {
    expect(mayName('township_head')).toEqual(['village_assistant', 'volunteer'])
    expect(mayName('system_admin')).not.toContain('agency')
    expect(mayName('system_admin')).not.toContain('security_admin')
    expect(mayName('worker')).toEqual([])
  })
  it('lets an administrator correct people of agencies too, and a head their own alone', () => {
    expect(mayKeep('system_admin', 'agency')).toBe(true)
    expect(mayKeep('system_admin', 'audit_admin')).toBe(false)
    expect(mayKeep('township_head', 'volunteer')).toBe(true)
    expect(mayKeep('township_head', 'worker')).toBe(false)
    expect(mayKeep(undefined, 'worker')).toBe(false)
  })
  it('reads logins however they are parted', () => {
    expect(logins(' Town1-Worker1，town1-head、x ')).toEqual(['town1-worker1', 'town1-head', 'x'])
    expect(logins('')).toEqual([])
  })
})

describe('a ticket without a call', () => {
  it('is newly reported, and afterwards as any other', () => {
    expect(statusKey({ status: 'new', source: 'report' })).toBe('reports.new')
    expect(statusKey({ status: 'new', source: 'call' })).toBe('status.new')
    expect(statusKey({ status: 'accepted', source: 'report' })).toBe('status.accepted')
  })
  it('can be opened to an agency', () => {
    expect(doables({ acts: ['open_to_agency', 'triage'] } as unknown as Ticket).map((d) => d.form)).toEqual(['triage', 'openToAgency'])
  })
})
