import { reactive, watch } from 'vue'

/** How the sound is taken and played on this computer. Empty device ids mean the system's default. */
export interface Settings {
  microphone: string
  speaker: string
  ringer: string // a second output for the ring tone: a loudspeaker beside the headset
  echoCancellation: boolean
  noiseSuppression: boolean
  autoGainControl: boolean
  ringVolume: number // 0 to 1
}

const name = 'hotline:phone:settings'
const usual: Settings = { microphone: '', speaker: '', ringer: '', echoCancellation: true, noiseSuppression: true, autoGainControl: true, ringVolume: 0.6 }

function kept(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}

/** Shared by all tabs: they belong to the computer and its headset, not to the person. */
export const settings = reactive<Settings>({ ...usual, ...kept() })

watch(settings, () => {
  try {
    localStorage.setItem(name, JSON.stringify(settings))
  } catch { /* a full storage: they hold until the tab is closed */ }
})

addEventListener('storage', (e) => {
  if (e.key === name) Object.assign(settings, usual, kept())
})
