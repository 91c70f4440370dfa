import type { paths as described } from './schema'

/** The routes of the server, from api/openapi.json (`npm run client`), without the base that the client adds. */
export type paths = { [P in keyof described as P extends `/api/v1${infer Route}` ? Route : never]: described[P] }
