import { shallowRef } from 'vue'
import { api } from '../api/client'
import type { Area } from '../api/types'
import { session } from '../session'

// The places that somebody reports from, kept so that they can be chosen without a network.

const name = (): string => `hotline:places:${session.me?.login ?? ''}`

/** The places of whoever is signed in: their own, and what lies below. Empty where they were never read. */
export const places = shallowRef<Area[]>([])

/** Takes the places that were kept, and those of now where there is a network. */
export async function readPlaces(): Promise<void> {
  places.value = JSON.parse(localStorage.getItem(name()) ?? '[]') as Area[]
  try {
    places.value = await api.areas('')
    localStorage.setItem(name(), JSON.stringify(places.value))
  } catch {
    // those that were kept
  }
}
