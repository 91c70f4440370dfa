import { readonly, ref } from 'vue'

/** One microphone or loudspeaker of this computer. */
export interface Device {
  id: string
  label: string
}

const inputs = ref<Device[]>([])
const outputs = ref<Device[]>([])

/** The microphones and the loudspeakers. Their names are told only once the microphone has been allowed. */
export const devices = readonly({ inputs, outputs })

/** Asks the browser again which there are. */
export async function readDevices(): Promise<void> {
  const all = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? []
  const of = (kind: MediaDeviceKind) => all
    .filter((d) => d.kind === kind && d.deviceId !== '' && d.deviceId !== 'default' && d.deviceId !== 'communications')
    .map((d) => ({ id: d.deviceId, label: d.label }))
  inputs.value = of('audioinput')
  outputs.value = of('audiooutput')
}
